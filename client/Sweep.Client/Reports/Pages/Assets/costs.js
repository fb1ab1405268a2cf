// What a better trial costs: accuracy and loss against time, size and operations, with their Pareto fronts.

function costs() {
  const rows = data.dots.map(number => trials.get(number)).filter(visible);
  multiples("costs", parent => {
    parent.style.setProperty("--columns", 3);
    for (const metric of ["val_accuracy", "val_loss"]) {
      for (const cost of ["train_seconds", "model_bytes", "macs"]) {
        const title = `${sentence(label(metric))} against ${label(cost)}`;
        const kind = isAccuracy(metric) ? "Accuracy" : "Loss";
        box(parent, kind, `against ${label(cost)}`, width => costChart(title, metric, cost, rows, width));
      }
    }
  });
}

function costChart(title, metric, cost, rows, width) {
  const drawn = rows.filter(trial => trial[metric] !== null && trial[cost] !== null);
  const front = data.fronts.find(item => item.metric === metric && item.cost === cost).trials.map(number => trials.get(number));
  const isLog = spansMuch(drawn.map(trial => trial[cost]));
  const isSteep = isLoss(metric) && spansMuch(drawn.map(trial => trial[metric]));
  const many = drawn.length > 300;
  const text = `${drawn.length} trials, of which no other one beats ${front.length} in both; the table of the Pareto fronts has them.`;
  return plot(title, text, width, {
    height: 230, inset: 6,
    x: { type: isLog ? "log" : "linear", label: null, ticks: 4, tickFormat: large, tickSize: 0, nice: true },
    y: yAxis(metric, { type: isSteep ? "log" : "linear" }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.line(front, { x: cost, y: metric, curve: "step-after", stroke: "var(--faint)", strokeWidth: 1.2 }),
      Plot.dot(drawn, { x: cost, y: metric, r: many ? 1.8 : 3.5, fill: colour, fillOpacity: many ? .5 : .8 }),
      Plot.dot(front.filter(visible), { x: cost, y: metric, r: 4.5, stroke: colour, strokeWidth: 1.6, fill: "var(--page)" }),
      tip(drawn, { x: cost, y: metric }, trial =>
        `${named(trial)}\n${label(metric)} ${shown(metric, trial[metric])}\n${label(cost)} ${large(trial[cost])}`),
    ],
  });
}
