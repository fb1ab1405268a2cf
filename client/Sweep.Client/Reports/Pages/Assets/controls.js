// The controls of all charts, and the order in which the page is drawn.

function controls() {
  const place = document.getElementById("controls");
  if (!document.querySelector(".charts section")) return;
  place.hidden = false;
  const change = (member, read) => value => {
    state[member] = read(value);
    if (member === "colours") aside.clear();
    controls();
    draw();
    document.querySelector(`#controls [data-for=${member}]`).focus();
  };
  const parts = [];
  if (choices.length > 0) {
    const colours = choices.map(name => [label(name), name]);
    parts.push(chooser("colours", "Colour by", colours, state.colours, change("colours", name => name)));
    parts.push(...keys().map(valueButton));
  }
  if (data.curves.length > 0) {
    const splits = [["nothing", ""], ...choices.map(name => [label(name), name])];
    if (choices.length > 0) {
      parts.push(chooser("split", "Split curves by", splits, state.split ?? "", change("split", name => name || null)));
    }
    const overs = [["epochs", "epoch"], ["time", "seconds"]];
    parts.push(chooser("over", "Curves over", overs, state.over, change("over", name => name)));
  }
  place.replaceChildren(...parts);
}

function chooser(member, name, options, chosen, change) {
  const made = select(name, options, chosen, change);
  made.querySelector("select").dataset.for = member;
  return made;
}

function valueButton(value, index) {
  const made = button("", () => {
    if (!aside.delete(value)) aside.add(value);
    made.setAttribute("aria-pressed", String(!aside.has(value)));
    draw();
  });
  const dot = document.createElement("i");
  dot.style.setProperty("--dot", palette[index]);
  made.append(dot, value);
  made.setAttribute("aria-pressed", String(!aside.has(value)));
  return made;
}

function draw() {
  curves();
  costs();
  front();
  importance();
  interactions();
  effects();
  drawPivot();
  parallel();
  bestSoFar();
  replayed();
  for (const region of document.querySelectorAll(".heat, #chart-parallel .wide")) watchCut(region);
  showHighlight();
}

const tables = [...document.querySelectorAll(".rows")].map(makeTable);
makeAxes();
controls();
draw();

let width = document.body.clientWidth;
let frame = 0;
addEventListener("resize", () => {
  if (document.body.clientWidth === width) return;
  width = document.body.clientWidth;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    for (const table of tables) table.fitColumns();
    draw();
  });
});
document.documentElement.dataset.drawn = "yes";
