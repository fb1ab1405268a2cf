// What all charts have in common: their frame, their colours, and the boxes that they stand in.

const choices = data.colours.filter(name => values(name).length <= mostValues);
const palette = d3.range(mostValues).map(index => `var(--c${index})`);
const state = { colours: choices[0] ?? null, split: null, over: "epoch" };
const aside = new Set();

const key = trial => state.colours === null ? "" : trial.p[state.colours];
const keys = () => state.colours === null ? [] : values(state.colours);
const colour = trial => state.colours === null ? palette[0] : palette[keys().indexOf(key(trial))];
const visible = trial => !aside.has(key(trial));
const grid = { stroke: "var(--rule)", strokeOpacity: 1 };

// An image for those who see it, and a sentence for those who do not.
function plot(title, text, width, options) {
  const svg = Plot.plot({
    width, height: 250, marginLeft: 50, marginRight: 20, marginTop: 14, marginBottom: 34, ariaLabel: title, ariaDescription: text,
    style: { background: "transparent", fontSize: "12px", color: "var(--soft)", overflow: "visible" },
    color: { type: "identity" }, ...options,
  });
  svg.setAttribute("role", "img");
  svg.addEventListener("input", () => highlight(svg.value?.trial?.n ?? svg.value?.n ?? null));
  return svg;
}

const yAxis = (name, extra) => ({ label: null, ticks: 5, tickFormat: tickFormat(name), tickSize: 0, nice: true, ...extra });
const tip = (rows, options, text) => Plot.tip(rows, Plot.pointer({
  ...options, title: text, stroke: "var(--rule)", fill: "var(--surface)", fontSize: 12,
}));

const waiting = [];

function box(parent, title, note, draw) {
  const place = document.createElement("div");
  const heading = document.createElement("h3");
  heading.textContent = title;
  if (note) {
    const small = document.createElement("small");
    small.textContent = ` ${note}`;
    heading.append(small);
  }
  place.append(heading);
  parent.append(place);
  // A box has its width only when all of its row are there.
  waiting.push(() => place.append(draw(Math.max(240, Math.floor(place.clientWidth)))));
  return place;
}

function multiples(id, draw) {
  const place = document.getElementById(`chart-${id}`);
  if (!place) return;
  const parent = document.createElement("div");
  parent.className = "multiples";
  place.replaceChildren(parent);
  draw(parent);
  for (const drawing of waiting.splice(0)) drawing();
}

// Each line carries the number of its trial, by which it is found when the trial is pointed at.
function markLines(svg, trialOf) {
  for (const path of svg.querySelectorAll("g[aria-label=line] path")) {
    const first = path.__data__?.[0];
    if (first !== undefined) path.dataset.n = trialOf(first).n;
  }
  return svg;
}

function select(name, options, chosen, change) {
  const title = document.createElement("label");
  title.textContent = `${name} `;
  const list = document.createElement("select");
  for (const [text, value] of options) list.add(new Option(text, value));
  list.value = chosen;
  list.addEventListener("change", () => change(list.value));
  title.append(list);
  return title;
}
