// Learning curves: what each epoch measured over the epochs or over the time of training.

function curves() {
  const drawn = data.curves.filter(curve => visible(trials.get(curve.n)));
  multiples("curves", parent => {
    const metrics = Object.keys(data.curves[0]?.values ?? {});
    const columns = state.split === null ? metrics.length : values(state.split).length;
    if (columns <= 4) parent.style.setProperty("--columns", columns);
    for (const metric of metrics) {
      const rows = drawn.flatMap(curve => curveRows(curve, metric));
      // Parts of a metric have common axes, so that they can be compared.
      const frame = {
        x: rows.length > 0 ? d3.extent(rows, row => row.x) : [0, 1], y: rows.length > 0 ? d3.extent(rows, row => row.value) : [0, 1],
        isLog: mayBeLog(metric) && !(metric === "gap" && !isProgram) && spansMuch(rows.map(row => row.value)),
      };
      const parts = state.split === null
        ? [{ name: null, rows }]
        : values(state.split).map(name => ({ name, rows: rows.filter(row => row.trial.p[state.split] === name) }));
      for (const part of parts) {
        const name = title(metric) + (part.name === null ? "" : `, ${label(state.split)} ${part.name}`);
        box(parent, name, frame.isLog ? "logarithmic" : "", width => curveChart(name, metric, part.rows, frame, width));
      }
    }
  });
  const place = document.getElementById("chart-curves");
  if (place) curveKey(place, drawn.map(curve => trials.get(curve.n)).sort(byRank).map(trial => trial.n));
}

const byRank = (a, b) => (a.best === null) - (b.best === null) || (higherIsBetter(data.metric) ? b.best - a.best : a.best - b.best);

function curveRows(curve, metric) {
  const trial = trials.get(curve.n);
  return curve.epoch
    .map((epoch, index) => ({ epoch, x: state.over === "epoch" ? epoch : curve.seconds[index], value: curve.values[metric][index], trial }))
    .filter(row => row.value !== null && row.x !== null);
}

function curveChart(name, metric, rows, frame, width) {
  const [from, to] = frame.x;
  const ticks = state.over === "epoch" ? d3.ticks(from, to, 5).filter(Number.isInteger) : 5;
  const over = state.over === "epoch" ? "epoch" : "seconds of training";
  const svg = plot(`${name} over ${over}`, curveText(metric, rows), width, {
    x: { domain: frame.x, label: over, labelAnchor: "right", ticks, tickFormat: large, tickSize: 0 },
    y: yAxis(metric, { type: frame.isLog ? "log" : "linear", domain: frame.y }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      ...!isProgram && metric === "gap" ? [Plot.ruleY([0].filter(() => frame.y[0] <= 0 && frame.y[1] >= 0), { stroke: "var(--faint)" })] : [],
      Plot.line(rows, { x: "x", y: "value", z: row => row.trial.n, stroke: row => colour(row.trial), strokeWidth: 1.5 }),
      Plot.dot(rows.filter(row => row.epoch === row.trial.epoch), {
        x: "x", y: "value", r: 2.8, fill: row => colour(row.trial), stroke: "var(--page)", strokeWidth: 1,
      }),
      tip(rows, { x: "x", y: "value" }, row => `${named(row.trial)}\nepoch ${row.epoch}: ${shown(metric, row.value)}`),
    ],
  });
  return markLines(svg, index => rows[index].trial);
}

function curveText(metric, rows) {
  if (rows.length === 0) return "No trial has it.";
  const best = (higherIsBetter(metric) ? d3.greatest : d3.least)(rows, row => row.value);
  const count = new Set(rows.map(row => row.trial.n)).size;
  return `${count === 1 ? "1 trial" : `${count} trials`}. The ${higherIsBetter(metric) ? "highest" : "lowest"} value is `
    + `${shown(metric, best.value)}, of trial ${best.trial.n} at epoch ${best.epoch}. The table of the trials has the numbers.`;
}
