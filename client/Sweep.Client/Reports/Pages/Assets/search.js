// How the search went: the best value so far over the trials and over the epochs spent; and what stopping rules would have saved.

function bestSoFar() {
  multiples("best", parent => {
    const found = data.search;
    const rows = found.n.map((n, index) => ({
      n, value: found.value[index], best: found.best[index], spent: found.spent[index], start: found.start[index],
    }));
    parent.style.setProperty("--columns", 2);
    for (const [x, over] of [["n", "trials"], ["spent", "epochs spent"]]) {
      const name = `Best ${label(data.metric)} over ${over}`;
      box(parent, name, "", width => bestChart(name, x, over, rows, width));
    }
  });
}

function bestChart(name, x, over, rows, width) {
  const last = rows.at(-1);
  const text = `The best value falls to ${shown(data.metric, last.best)} within ${large(last[x])} ${over}.`;
  return plot(name, higherIsBetter(data.metric) ? text.replace("falls", "rises") : text, width, {
    inset: 6,
    x: { label: over, labelAnchor: "right", ticks: 5, tickFormat: large, tickSize: 0 },
    y: yAxis(data.metric, { type: mayBeLog(data.metric) && spansMuch(rows.map(row => row.value)) ? "log" : "linear" }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.dot(rows, {
        x, y: "value", r: rows.length > 300 ? 1.8 : 3, stroke: row => row.start ? "var(--soft)" : "none",
        fill: row => row.start ? "var(--page)" : palette[0], fillOpacity: .7,
      }),
      Plot.line(rows, { x, y: "best", curve: "step-after", stroke: palette[1], strokeWidth: 1.5 }),
      tip(rows, { x, y: "value" }, row =>
        `trial ${row.n}: ${shown(data.metric, row.value)}\nbest so far ${shown(data.metric, row.best)}\n${large(row.spent)} epochs spent`),
    ],
  });
}

function replayed() {
  multiples("replay", parent => {
    const name = "Regret against epochs";
    parent.style.setProperty("--columns", 1);
    box(parent, name, "", width => replayChart(name, data.replay, width));
  });
  const place = document.getElementById("chart-replay");
  if (place) place.append(ruleKey());
}

const rulesOf = () => [...new Set(data.replay.rules.map(rule => rule.rule))];
const ruleColour = rule => palette[rulesOf().indexOf(rule.rule)];

function replayChart(name, replay, width) {
  const rules = replay.rules.filter(rule => rule.regret !== null);
  const none = rules.filter(rule => rule.regret === 0).length;
  const text = `${rules.length} rules; without a rule ${large(replay.epochs)} epochs were trained. ${none} of them have no regret. `
    + "The table below the chart has the numbers.";
  return plot(name, text, width, {
    height: 300, inset: 8,
    x: { label: "epochs", labelAnchor: "right", ticks: 6, tickFormat: large, tickSize: 0, domain: [0, replay.epochs], nice: true },
    y: yAxis(data.metric, { tickFormat: large }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.ruleX([replay.epochs], { stroke: "var(--faint)", strokeDasharray: "3,3" }),
      Plot.dot(rules, { x: "epochs", y: "regret", r: 4, fill: ruleColour, fillOpacity: .8 }),
      tip(rules, { x: "epochs", y: "regret" }, rule =>
        `${rule.text}\n${large(rule.epochs)} epochs, regret ${large(rule.regret)}\n`
        + `no regret in ${d3.format(".0%")(rule.without)} of the orders`),
    ],
  });
}

function ruleKey() {
  const list = document.createElement("ul");
  list.className = "key";
  list.setAttribute("aria-label", "Rules by colour");
  for (const rule of rulesOf()) {
    const dot = document.createElement("i");
    dot.style.setProperty("--dot", ruleColour({ rule }));
    const item = document.createElement("li");
    item.append(dot, rule);
    list.append(item);
  }
  return list;
}
