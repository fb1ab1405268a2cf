// One trial is told apart from all others: its lines and its rows stand out, and the other lines fade.

let pinned = null;
let current = null;

function highlight(number) {
  const chosen = number ?? pinned;
  if (chosen === current) return;
  current = chosen;
  document.body.classList.toggle("fading", current !== null);
  showHighlight();
}

function showHighlight() {
  for (const item of document.querySelectorAll("[data-n]")) item.classList.toggle("on", Number(item.dataset.n) === current);
}

// The list of the curves: pointing at a trial or moving to it by keyboard shows its curve, and a press keeps it shown.
function curveKey(parent, numbers) {
  const list = document.createElement("ul");
  list.className = "key";
  list.setAttribute("aria-label", "Curves; choose one to tell it apart");
  for (const number of numbers) {
    const trial = trials.get(number);
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.n = number;
    button.setAttribute("aria-pressed", String(pinned === number));
    const dot = document.createElement("i");
    dot.style.setProperty("--dot", colour(trial));
    button.append(dot, inShort(trial), ` · ${shown(data.metric, trial.best)}`);
    button.addEventListener("click", () => {
      pinned = pinned === number ? null : number;
      for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", String(Number(other.dataset.n) === pinned));
      highlight(pinned);
    });
    for (const event of ["focus", "pointerenter"]) button.addEventListener(event, () => highlight(number));
    for (const event of ["blur", "pointerleave"]) button.addEventListener(event, () => highlight(null));
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  parent.append(list);
}
