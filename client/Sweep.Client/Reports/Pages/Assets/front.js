// The front of several objectives: all points by the first two of them, and how much of the space the front dominates.

function front() {
  const found = data.objectives;
  if (!found) return;
  const rows = found.points.map(point => ({ ...point, trial: trials.get(point.n) })).filter(row => visible(row.trial));
  multiples("front", parent => {
    parent.style.setProperty("--columns", 2);
    const [first, second] = found.objectives.map(objective => objective.metric);
    box(parent, title(second), `against ${label(first)}`, width => frontChart(first, second, rows, width));
    box(parent, "Hypervolume", "over trials", width => volumeChart(found, width));
  });
}

function frontChart(first, second, rows, width) {
  const line = rows.filter(row => row.rank === 1).sort((a, b) => a.values[0] - b.values[0]);
  const [x, y] = [row => row.values[0], row => row.values[1]];
  const isLog = axis => spansMuch(rows.map(axis)) ? "log" : "linear";
  const many = rows.length > 300;
  const text = `${rows.length} points, of which no other one beats ${line.length}; the table of the front has them.`;
  return plot(`${title(second)} against ${label(first)}`, text, width, {
    height: 320, inset: 6,
    x: { type: isLog(x), label: label(first), labelAnchor: "right", ticks: 5, tickFormat: axisFormat(first), tickSize: 0, nice: true },
    y: yAxis(second, { type: isLog(y), tickFormat: axisFormat(second) }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.line(line, { x, y, stroke: "var(--faint)", strokeWidth: 1.2 }),
      Plot.dot(rows, { x, y, r: many ? 1.8 : 3.5, fill: row => colour(row.trial), fillOpacity: many ? .5 : .8 }),
      Plot.dot(line, { x, y, r: 4.5, stroke: row => colour(row.trial), strokeWidth: 1.6, fill: "var(--page)" }),
      tip(rows, { x, y }, row =>
        `${named(row.trial)}\nrank ${row.rank}\n${data.objectives.objectives
          .map((objective, index) => `${label(objective.metric)} ${shown(objective.metric, row.values[index])}`).join("\n")}`),
    ],
  });
}

const axisFormat = name => isAccuracy(name) ? ".0%" : large;

function volumeChart(found, width) {
  const steps = [...found.hypervolume, { n: found.last, volume: found.hypervolume.at(-1).volume }];
  const text = `It rises from ${d3.format(".2f")(steps[0].volume)} at trial ${steps[0].n} to ${d3.format(".2f")(steps.at(-1).volume)}.`;
  return plot("Hypervolume over trials", text, width, {
    height: 320,
    x: { label: "trial", labelAnchor: "right", ticks: 5, tickFormat: large, tickSize: 0 },
    y: { label: null, ticks: 5, tickFormat: ".2f", tickSize: 0, domain: [0, 1] },
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.line(steps, { x: "n", y: "volume", curve: "step-after", stroke: "var(--c0)", strokeWidth: 1.5 }),
      tip(steps, { x: "n", y: "volume" }, step => `after trial ${step.n}\n${d3.format(".3f")(step.volume)}`),
    ],
  });
}
