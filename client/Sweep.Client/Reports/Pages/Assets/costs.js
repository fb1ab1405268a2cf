// What a better trial costs: accuracy and loss against time, size and operations, or a program's objective against its time, with their
// Pareto fronts.

function costs() {
  const rows = data.dots.map(number => trials.get(number)).filter(visible);
  multiples("costs", parent => {
    parent.style.setProperty("--columns", isProgram ? 1 : 3);
    for (const metric of isProgram ? [data.metric] : ["val_accuracy", "val_loss"]) {
      for (const cost of isProgram ? ["train_seconds"] : ["train_seconds", "model_bytes", "macs"]) {
        const name = `${title(metric)} against ${costLabel(cost)}`;
        const kind = isProgram ? title(metric) : isAccuracy(metric) ? "Accuracy" : "Loss";
        box(parent, kind, `against ${costLabel(cost)}`, width => costChart(name, metric, cost, rows, width));
      }
    }
  });
}

// A program may call a metric of its own as a cost is called; then the time is that of the trial all the same.
const costLabel = cost => isProgram ? "time, s" : label(cost);

function costChart(name, metric, cost, rows, width) {
  const [x, y] = [trial => isProgram ? trial.seconds : trial.m[cost], trial => isProgram ? trial.best : trial.m[metric]];
  const drawn = rows.filter(trial => x(trial) !== null && y(trial) !== null);
  const front = data.fronts.find(item => item.metric === metric && item.cost === cost).trials.map(number => trials.get(number));
  const isLog = spansMuch(drawn.map(x));
  const isSteep = mayBeLog(metric) && spansMuch(drawn.map(y));
  const many = drawn.length > 300;
  const text = `${drawn.length} trials, of which no other one beats ${front.length} in both; the table of the Pareto fronts has them.`;
  return plot(name, text, width, {
    height: 230, inset: 6,
    x: { type: isLog ? "log" : "linear", label: null, ticks: 4, tickFormat: large, tickSize: 0, nice: true },
    y: yAxis(metric, { type: isSteep ? "log" : "linear" }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.line(front, { x, y, curve: "step-after", stroke: "var(--faint)", strokeWidth: 1.2 }),
      Plot.dot(drawn, { x, y, r: many ? 1.8 : 3.5, fill: colour, fillOpacity: many ? .5 : .8 }),
      Plot.dot(front.filter(visible), { x, y, r: 4.5, stroke: colour, strokeWidth: 1.6, fill: "var(--page)" }),
      tip(drawn, { x, y }, trial =>
        `${named(trial)}\n${label(metric)} ${shown(metric, y(trial))}\n${costLabel(cost)} ${large(x(trial))}`),
    ],
  });
}
