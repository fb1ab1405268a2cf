// What each parameter did: its share of the variance, and the means of its values with their intervals.

const shareName = row => row.parameters.join(" × ") || "the rest";
const shareText = row => d3.format(".1%")(row.share) + (row.matters ? "" : " chance");

function importance() {
  const place = document.getElementById("chart-importance");
  if (!place) return;
  if (data.shares.length === 0) {
    place.parentElement.hidden = true;
    return;
  }
  const rows = data.shares.slice(0, data.most_shares).map(row => ({ ...row, name: shareName(row) }));
  const longest = d3.max(rows, row => row.name.length);
  const width = Math.max(280, Math.min(720, place.clientWidth));
  const text = rows.map(row => `${row.name} ${shareText(row)}`).join(", ");
  place.replaceChildren(plot("Share of the variance", text, width, {
    height: 26 * rows.length + 10, marginLeft: Math.min(width * .5, longest * 6.8 + 14), marginRight: 100, marginTop: 4, marginBottom: 6,
    x: { domain: [0, Math.max(.01, d3.max(rows, row => row.share))], axis: null },
    y: { domain: rows.map(row => row.name), label: null, tickSize: 0, padding: .35 },
    marks: [
      Plot.barX(rows, { x: "share", y: "name", fill: row => row.name === "the rest" || !row.matters ? "var(--faint)" : "var(--c0)", fillOpacity: .85 }),
      Plot.text(rows, {
        x: "share", y: "name", text: shareText, textAnchor: "start", dx: 6, fill: "var(--ink)",
      }),
    ],
  }));
}

// Single parameters stand on the diagonal, pairs beside it.
function interactions() {
  const place = document.getElementById("chart-shares");
  if (!place) return;
  const pairs = data.shares.filter(row => row.parameters.length === 2);
  place.parentElement.hidden = pairs.length === 0;
  if (pairs.length === 0) return;
  // A share that is not told apart from chance has no colour and no number.
  const share = new Map(data.shares.map(row => [row.parameters.toSorted().join("\n"), row.matters ? row.share : 0]));
  const names = [...new Set(data.shares.flatMap(row => row.parameters))];
  place.replaceChildren(heatMap({
    caption: "Share of the variance of each parameter and each pair", corner: "", rows: names, columns: names, name: label,
    value: (row, column) => share.get(row === column ? row : [row, column].toSorted().join("\n")) ?? null,
    text: value => value === 0 ? "chance" : d3.format(".1%")(value), best: null,
  }));
}

function effects() {
  const rows = data.dots.map(number => trials.get(number)).filter(trial => trial.best !== null && visible(trial));
  multiples("effects", parent => {
    for (const effect of data.effects.slice(0, data.most_effects)) {
      const name = effect.parameter;
      box(parent, title(name), `and ${label(data.metric)}`, width => effectChart(name, effect.values, rows, width));
    }
  });
}

function effectChart(name, means, rows, width) {
  const each = !means.some(value => value.value.includes(" … "));
  const at = each ? trial => trial.p[name] : trial => Number(trial.p[name]);
  const hasMean = text => means.some(value => value.value === text);
  const isLog = spansMuch(rows.map(trial => trial.best));
  const lowest = d3.min(rows, trial => trial.best);
  // A logarithmic axis has no place for 0, so a bar that reaches below it ends at the lowest trial.
  const bars = means.filter(value => value.low !== null)
    .map(value => ({ ...value, low: isLog && value.low <= 0 ? Math.min(lowest, value.mean) : value.low }));
  const text = means.map(value => `${value.value}: mean ${shown(data.metric, value.mean)} of ${value.n}`
    + (value.low === null ? "" : `, 95 % interval ${shown(data.metric, value.low)} to ${shown(data.metric, value.high)}`)).join("; ");
  return plot(`${title(data.metric)} for each ${label(name)}`, text, width, {
    height: 230,
    x: each
      ? { type: "band", domain: values(name).filter(hasMean), label: null, tickSize: 0, padding: .8 }
      : {
        type: spansMuch(values(name).map(Number)) ? "log" : "linear", label: null, ticks: 4, tickFormat: large, tickSize: 0,
      },
    y: yAxis(data.metric, { type: isLog ? "log" : "linear" }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.dot(rows, { x: at, y: "best", r: rows.length > 300 ? 1.6 : 3, fill: colour, fillOpacity: .35 }),
      ...each ? [
        Plot.ruleX(bars, { x: "value", y1: "low", y2: "high", stroke: "var(--ink)", strokeWidth: 1.4, className: "interval" }),
        Plot.tickY(means, { x: "value", y: "mean", stroke: "var(--ink)", strokeWidth: 2 }),
        Plot.dot(means, { x: "value", y: "mean", r: 3.6, fill: "var(--ink)" }),
      ] : [],
      tip(rows, { x: at, y: "best" }, trial => `${named(trial)}\n${label(data.metric)} ${shown(data.metric, trial.best)}`),
    ],
  });
}
