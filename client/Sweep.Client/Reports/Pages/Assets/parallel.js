// Parallel coordinates: each trial as a line through its parameters to its cost and result. A range of an axis filters the trials.

const ranges = new Map();
const axes = new Map();
let rangesFrame = 0;
let wereRanges = false;

// Whether a trial lies within every range that was chosen.
const withinRanges = trial => [...ranges].every(([name, [low, high]]) => {
  const place = axes.get(name).at(trial);
  return place !== null && place >= low && place <= high;
});

function makeAxes() {
  const varying = data.varying.filter(name => new Set(measured.map(trial => trial.p[name])).size > 1);
  for (const name of varying) {
    const isWord = values(name).length <= mostValues || !numeric(name);
    axes.set(name, isWord ? wordAxis(name) : numberAxis(name, title(name), trial => Number(trial.p[name])));
  }
  // A parameter may be called as one of these.
  axes.set("result train_seconds", numberAxis("train_seconds", sentence(costLabel("train_seconds")), trial => trial.seconds));
  if (!isProgram) axes.set("result model_bytes", numberAxis("model_bytes", title("model_bytes"), trial => trial.m.model_bytes));
  axes.set("result best", numberAxis(data.metric, title(data.metric), trial => trial.best));
}

// Trials with the same value would run through one point. They are spread around it in the order of the objective instead.
function wordAxis(name) {
  const words = values(name);
  // The first and the last category have room on both of their sides too.
  const step = 1 / (words.length - .4);
  const centre = value => (words.indexOf(value) + .3) * step;
  const room = .5 * step;
  const places = new Map();
  for (const group of d3.group(measured, trial => trial.p[name]).values()) {
    group.sort(byRank).forEach((trial, index) => {
      const offset = group.length === 1 ? 0 : .5 - index / (group.length - 1);
      places.set(trial, centre(trial.p[name]) + offset * room);
    });
  }
  return {
    title: title(name), at: trial => places.get(trial) ?? null,
    text: place => d3.least(words, value => Math.abs(centre(value) - place)),
    ticks: words.map(value => ({ y: centre(value), text: value })),
  };
}

function numberAxis(name, heading, read) {
  const numbers = measured.map(read).filter(value => value !== null && isFinite(value));
  const [low, high] = d3.extent(numbers);
  const scale = low === high ? () => .5 : (spansMuch(numbers) ? d3.scaleLog() : d3.scaleLinear()).domain([low, high]).range([0, 1]);
  const number = value => Number.isInteger(value) && Math.abs(value) < 1e4 ? String(value) : shown(name, value);
  return {
    title: heading,
    at: trial => { const value = read(trial); return value === null || !isFinite(value) ? null : scale(value); },
    text: place => low === high ? number(low) : shown(name, scale.invert(place)),
    ticks: [...new Set([low, high])].map(value => ({ y: scale(value), text: number(value) })),
  };
}

function parallel() {
  const place = document.getElementById("chart-parallel");
  if (!place) return;
  const rows = data.lines.map(number => trials.get(number)).filter(trial => trial.best !== null);
  if (rows.length === 0) {
    place.closest("section").hidden = true;
    return;
  }
  const wasOpen = place.querySelector(".ranges")?.open ?? false;
  const frame = document.createElement("div");
  frame.className = "wide";
  place.replaceChildren(frame);
  const svg = parallelChart(rows.filter(visible), Math.max(frame.clientWidth, 140 * axes.size));
  frame.append(svg);
  addBrushes(svg);
  place.append(rangeFields(svg, wasOpen));
  showRanges();
}

function parallelChart(rows, width) {
  const all = [...axes.values()];
  const points = rows.flatMap(trial => all.map((axis, x) => ({ x, y: axis.at(trial), trial })).filter(point => point.y !== null));
  const ticks = all.flatMap((axis, x) => axis.ticks.map(tick => ({ x, ...tick })));
  const few = rows.length <= 40;
  const better = higherIsBetter(data.metric) ? 1 : 0;
  const [best] = [...rows].sort(byRank);
  const text = `${rows.length} trials through ${all.map(axis => axis.title).join(", ")}.`
    + (best ? ` The best is trial ${best.n} with ${data.varying.map(name => `${label(name)} ${best.p[name]}`).join(", ")}.` : "");
  const svg = plot("Each trial through its parameters, cost and result", text, width, {
    height: 340, marginLeft: 70, marginRight: 76, marginTop: 40, marginBottom: 30,
    x: { axis: null, domain: [0, all.length - 1] }, y: { axis: null, domain: [0, 1] },
    marks: [
      Plot.ruleX(all, { x: (_, index) => index, stroke: "var(--faint)" }),
      Plot.line(points, {
        x: "x", y: "y", z: point => point.trial.n, stroke: point => colour(point.trial),
        strokeWidth: few ? 1.8 : 1, strokeOpacity: few ? .85 : .35, curve: "bump-x",
      }),
      Plot.text(all, {
        x: (_, index) => index, y: 1, dy: -24, fill: "var(--ink)", fontWeight: 600, lineWidth: 11, lineAnchor: "bottom",
        text: axis => axis.title,
      }),
      Plot.text([better], {
        x: all.length - 1, y: better, dy: better === 1 ? -12 : 16, fill: "var(--ink)",
        text: () => better === 1 ? "▲ better" : "▼ better",
      }),
      ...[[tick => tick.x === 0, "end", -8], [tick => tick.x > 0, "start", 8]].map(([filter, textAnchor, dx]) =>
        Plot.text(ticks, {
          filter, x: "x", y: "y", text: "text", dx, textAnchor, fill: "var(--ink)", stroke: "var(--page)", strokeWidth: 4,
        })),
      tip(points, { x: "x", y: "y" }, point => `${named(point.trial)}\n${label(data.metric)} ${shown(data.metric, point.trial.best)}`),
    ],
  });
  return markLines(svg, index => points[index].trial);
}

function addBrushes(svg) {
  const [x, y] = [svg.scale("x"), svg.scale("y")];
  const [top, bottom] = [y.apply(1), y.apply(0)];
  [...axes.keys()].forEach((name, index) => {
    const centre = x.apply(index);
    const brush = d3.brushY().extent([[centre - 12, top], [centre + 12, bottom]]).on("brush end", event => {
      if (!event.sourceEvent) return;
      if (event.selection === null) ranges.delete(name);
      else ranges.set(name, [y.invert(event.selection[1]), y.invert(event.selection[0])]);
      cancelAnimationFrame(rangesFrame);
      rangesFrame = requestAnimationFrame(showRanges);
    });
    const layer = d3.select(svg).append("g").attr("class", "brush").call(brush);
    layer.node().showRange = () => brush.move(layer, ranges.has(name) ? ranges.get(name).map(y.apply).reverse() : null);
    layer.node().showRange();
  });
}

// The same ranges for those who have no mouse.
function rangeFields(svg, isOpen) {
  const details = document.createElement("details");
  details.className = "ranges";
  details.open = isOpen;
  const summary = document.createElement("summary");
  summary.textContent = "Choose ranges by keyboard";
  details.append(summary);
  for (const [name, axis] of axes) {
    const field = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = axis.title;
    field.append(legend);
    const inputs = ["from", "to"].map((word, end) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "range", min: 0, max: 100, value: 100 * (ranges.get(name)?.[end] ?? end) });
      input.setAttribute("aria-label", `${axis.title}, ${word}`);
      const say = () => input.setAttribute("aria-valuetext", axis.text(input.value / 100));
      say();
      input.addEventListener("input", () => {
        const [low, high] = inputs.map(item => item.value / 100).sort(d3.ascending);
        if (low === 0 && high === 1) ranges.delete(name);
        else ranges.set(name, [low, high]);
        say();
        for (const layer of svg.querySelectorAll(".brush")) layer.showRange();
        showRanges();
      });
      return input;
    });
    field.append(...inputs);
    details.append(field);
  }
  return details;
}

// What lies outside of the ranges fades in the chart and leaves the table.
function showRanges() {
  for (const path of document.querySelectorAll("#chart-parallel path[data-n]")) {
    path.classList.toggle("out", !withinRanges(trials.get(Number(path.dataset.n))));
  }
  const place = document.getElementById("chart-parallel");
  let line = place.querySelector("p.chosen");
  if (!line) {
    line = document.createElement("p");
    line.className = "chosen bar";
    line.setAttribute("role", "status");
    place.append(line);
  }
  line.replaceChildren();
  if (ranges.size > 0) {
    const clear = document.createElement("button");
    clear.type = "button";
    clear.textContent = "Show all trials again";
    clear.addEventListener("click", () => {
      ranges.clear();
      parallel();
    });
    line.append(`${measured.filter(withinRanges).length} of ${measured.length} trials are in the ranges. `, clear);
  }
  if (ranges.size > 0 || wereRanges) {
    for (const table of filteredTables) table.filter();
  }
  wereRanges = ranges.size > 0;
}
