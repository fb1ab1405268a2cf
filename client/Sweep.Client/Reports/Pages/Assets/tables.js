// Tables that sort and filter. Only the rows that are shown are in the document, so that thousands of trials stay quick.

const rowsAtFirst = 30;

// The greatest number of rows that are drawn anew while somebody types.
const mostAtOnce = 300;
const filteredTables = [];
const columnStyles = document.createElement("style");
document.head.append(columnStyles);

function makeTable(region, index) {
  region.id ||= `rows-${index}`;
  const table = region.querySelector("table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const names = heads.map(head => head.dataset.name);
  const rows = [...body.rows].map(readRow);
  const tools = region.nextElementSibling;
  const field = region.previousElementSibling?.querySelector("[data-filter]");
  let order = rows;
  let found = rows;
  let limit = rowsAtFirst;
  let isWide = false;
  const hidden = new Set();

  function readRow(row) {
    row.classList.remove("more");
    const number = names.indexOf("number");
    if (number >= 0) row.dataset.n = row.cells[number].textContent;
    return { row, trial: trials.get(Number(row.dataset.n)), cells: null };
  }

  // The plain values and the words of a row, read when they are first needed.
  function cellsOf(item) {
    item.cells ??= [...item.row.cells].map(cell => ({ value: cell.dataset.v ?? cell.textContent, text: cell.textContent.toLowerCase() }));
    return item.cells;
  }

  function show() {
    body.replaceChildren(...found.slice(0, limit).map(item => item.row));
    showHighlight();
    say();
  }

  function filter() {
    const words = (field?.value ?? "").toLowerCase().split(/\s+/).filter(word => word.length > 0).map(word => condition(word, names));
    const isRanged = field && ranges.size > 0;
    found = order.filter(item => (!isRanged || (item.trial && withinRanges(item.trial))) && words.every(holds => holds(cellsOf(item))));
    if (found.length > mostAtOnce) limit = rowsAtFirst;
    show();
  }

  function sort(column) {
    const head = heads[column];
    const isDown = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const keyed = order.map(item => ({ item, text: cellsOf(item)[column].value }));
    const isNumeric = keyed.every(({ text }) => text === "" || !isNaN(text));
    const sign = isDown ? -1 : 1;
    // What has no value stays at the end, whichever way the others go.
    keyed.sort((a, b) => (a.text === "") - (b.text === "") || sign * (isNumeric ? a.text - b.text : a.text.localeCompare(b.text)));
    order = keyed.map(({ item }) => item);
    filter();
  }

  // As in a terminal, the dispensable columns are left out from the right until the others fit.
  function fitColumns() {
    hidden.clear();
    hide(region.id, hidden);
    const dispensable = heads.flatMap((head, place) => "dispensable" in head.dataset ? [place] : []);
    while (!isWide && region.scrollWidth > region.clientWidth && dispensable.length > 0) {
      hidden.add(dispensable.pop());
      hide(region.id, hidden);
    }
    say();
  }

  // Says which rows and columns are not shown, and offers them.
  function say() {
    const output = region.previousElementSibling?.querySelector("output");
    if (output) output.textContent = found.length < rows.length ? `${found.length} of ${rows.length} trials match.` : "";
    tools.replaceChildren();
    if (found.length > limit) {
      tools.append(button(`Show all ${found.length}`, () => {
        limit = Infinity;
        region.classList.add("tall");
        show();
        region.focus();
      }), text(`${limit} of ${found.length} rows are shown.`));
    }
    if (hidden.size > 0) {
      const left = [...hidden].sort(d3.ascending).map(place => heads[place].textContent).join(", ");
      tools.append(text(`Not shown for want of width: ${left}.`), button("Show all columns", () => {
        isWide = true;
        fitColumns();
        region.focus();
      }));
    }
    tools.append(Object.assign(text("The table goes on at the side; scroll it."), { className: "cut" }));
    tools.lastChild.hidden = region.scrollWidth <= region.clientWidth;
    tools.hidden = [...tools.children].every(child => child.hidden);
    watchCut(region);
  }

  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => sort(column)));
  field?.addEventListener("input", filter);
  body.addEventListener("pointerover", event => highlight(numberOf(event.target)));
  body.addEventListener("pointerleave", () => highlight(null));
  show();
  fitColumns();
  if (field) filteredTables.push({ filter });
  return { fitColumns };
}

// A region whose contents go on at a side fades there.
function watchCut(region) {
  const rest = region.scrollWidth - region.clientWidth - region.scrollLeft;
  region.dataset.cut = `${region.scrollLeft > 1 ? "left" : ""} ${rest > 1 ? "right" : ""}`.trim();
  region.onscroll = () => watchCut(region);
}

const numberOf = cell => { const row = cell.closest("tr[data-n]"); return row ? Number(row.dataset.n) : null; };
const hiddenColumns = new Map();

function hide(id, columns) {
  hiddenColumns.set(id, [...columns].map(place => `#${id} :is(th, td):nth-child(${place + 1}) { display: none; }`).join("\n"));
  columnStyles.textContent = [...hiddenColumns.values()].join("\n");
}

// A word stands in some cell, a number begins one, and name<1.7 compares a column.
function condition(word, names) {
  const [, name, sign, bound] = word.match(/^([^<>=]+)(<=|>=|<|>|=)(.+)$/) ?? [];
  const column = names.findIndex(known => known.toLowerCase() === name);
  if (column >= 0) {
    const compare = {
      "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b, "=": (a, b) => a === b,
    }[sign];
    return cells => {
      const value = cells[column].value;
      return isNumber(value) && isNumber(bound) ? compare(Number(value), Number(bound)) : sign === "=" && value.toLowerCase() === bound;
    };
  }
  return isNumber(word) ? cells => cells.some(cell => cell.text.startsWith(word)) : cells => cells.some(cell => cell.text.includes(word));
}

function button(name, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = name;
  made.addEventListener("click", press);
  return made;
}

function text(words) {
  const made = document.createElement("span");
  made.textContent = words;
  return made;
}
