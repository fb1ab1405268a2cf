// Two parameters together: for each measure a table that is a heat map, and lines over the one of the two that is a number.

const pivotAxes = data.colours.filter(name => groups(name).names.length <= 12);
// At first the first two in the order of the sweep file, whichever of the two mattered more.
const [firstAxis, secondAxis] = data.varying.filter(name => pivotAxes.includes(name));
const pivot = { rows: firstAxis, columns: secondAxis };

function drawPivot() {
  const place = document.getElementById("chart-pivot");
  if (!place) return;
  if (pivotAxes.length < 2 || measured.length === 0) {
    place.closest("section").hidden = true;
    return;
  }
  const options = pivotAxes.map(name => [label(name), name]);
  const choose = (mine, other) => name => {
    if (pivot[other] === name) pivot[other] = pivot[mine];
    pivot[mine] = name;
    drawPivot();
    document.querySelectorAll("#pivot-axes select")[mine === "rows" ? 0 : 1].focus();
  };
  const bar = document.createElement("p");
  bar.id = "pivot-axes";
  bar.className = "bar";
  bar.append(
    select("Rows", options, pivot.rows, choose("rows", "columns")), select("Columns", options, pivot.columns, choose("columns", "rows")));
  const [down, across] = [groups(pivot.rows), groups(pivot.columns)];
  const overColumns = across.isNumber || !down.isNumber;
  const [line, series] = overColumns ? [across, down] : [down, across];
  const cells = d3.group(measured, down.of, across.of);
  const [fewest, most] = d3.extent([...cells.values()].flatMap(row => [...row.values()].map(inCell => inCell.length)));
  const ofPoints = [...cells.values()].some(row => [...row.values()].some(isOnePoint));
  const means = `means of ${fewest === most ? most : `${fewest} to ${most}`} ${most === 1 ? "trial" : "trials"} a cell`
    + (ofPoints ? ", ± the 95 % interval over seeds" : "");
  multiples("pivot", parent => {
    const longest = d3.max(across.names, text => text.length);
    parent.style.setProperty("--least", `${Math.max(19, 8 + across.names.length * (longest > 7 ? 5.5 : 3.7))}rem`);
    for (const name of measures) {
      const value = (row, column) => d3.mean(cells.get(row)?.get(column) ?? [], trial => trial.m[name]) ?? null;
      const margin = (row, column) => marginOf(cells.get(row)?.get(column) ?? [], name);
      if (!measured.some(trial => trial.m[name] !== null)) continue;
      const place = box(parent, title(name), "", width => {
        if (!line.isNumber) return document.createElement("span");
        const points = series.names.flatMap((row, index) => line.names
          .map(at => {
            const cell = overColumns ? [row, at] : [at, row];
            return { at: Number(at), value: value(...cell), margin: margin(...cell), series: row, colour: palette[index % 8] };
          })
          .filter(point => point.value !== null)
          .map(point => ({ ...point, low: point.value - point.margin, high: point.value + point.margin })));
        return pivotLines(name, overColumns ? pivot.columns : pivot.rows, overColumns ? pivot.rows : pivot.columns, points, line, width);
      });
      place.append(heatMap({
        caption: `${title(name)} by ${label(pivot.rows)} and ${label(pivot.columns)}, ${means}`,
        corner: `${label(pivot.rows)} \\ ${label(pivot.columns)}`, rows: down.names, columns: across.names, name: text => text, value,
        margin, text: number => shown(name, number), marginText: (number, half) => shownMargin(name, number, half),
        best: !hasGoal(name) ? null : higherIsBetter(name) ? d3.max : d3.min,
      }));
    }
  });
  place.prepend(bar);
  if (line.isNumber) bar.append(seriesKey(overColumns ? pivot.rows : pivot.columns, series.names));
}

// Whether trials differ in their seeds alone.
function isOnePoint(inCell) {
  return inCell.length > 1 && inCell.every(trial => data.varying.every(parameter => trial.p[parameter] === inCell[0].p[parameter]));
}

// Half the width of the mean's 95 % interval; 0 where the trials are no replicates of one point.
function marginOf(inCell, name) {
  const numbers = inCell.map(trial => trial.m[name]).filter(number => number !== null);
  return isOnePoint(inCell) && numbers.length > 1
    ? data.student[numbers.length - 2] * d3.deviation(numbers) / Math.sqrt(numbers.length)
    : 0;
}

function seriesKey(name, names) {
  const text = document.createElement("span");
  text.className = "series";
  text.append(`Lines: ${label(name)} `);
  names.forEach((value, index) => {
    const dot = document.createElement("i");
    dot.style.setProperty("--dot", palette[index % 8]);
    text.append(dot, `${value} `);
  });
  return text;
}

function pivotLines(name, over, by, points, line, width) {
  const ticks = line.names.map(Number);
  const text = points.map(point => `${label(by)} ${point.series}, ${label(over)} ${point.at}: ${withMargin(name, point)}`).join("; ");
  return plot(`${title(name)} over ${label(over)}, a line for each ${label(by)}`, text, width, {
    height: 190,
    x: {
      type: spansMuch(ticks) ? "log" : "linear", label: label(over), labelAnchor: "right", ticks, tickFormat: large, tickSize: 0, inset: 8,
    },
    y: yAxis(name, { tickFormat: isAccuracy(name) ? ".0%" : large, type: spansMuch(points.map(point => point.value)) ? "log" : "linear" }),
    marks: [
      Plot.gridY({ ...grid, ticks: 5 }),
      Plot.line(points, { x: "at", y: "value", z: "series", stroke: "colour", strokeWidth: 1.6 }),
      Plot.ruleX(points.filter(point => point.margin > 0), { x: "at", y1: "low", y2: "high", stroke: "colour", strokeWidth: 1.2 }),
      Plot.dot(points, { x: "at", y: "value", r: 3, fill: "colour" }),
      tip(points, { x: "at", y: "value" }, point =>
        `${label(by)} ${point.series}\n${label(over)} ${point.at}\n${label(name)} ${withMargin(name, point)}`),
    ],
  });
}

const withMargin = (name, { value, margin }) => shown(name, value) + (margin > 0 ? ` ± ${shownMargin(name, value, margin)}` : "");

// A table whose cells are the more coloured the higher their numbers are.
function heatMap({ caption, corner, rows, columns, name, value, margin, text, marginText, best }) {
  const region = document.createElement("div");
  region.className = "heat";
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", caption);
  const table = document.createElement("table");
  table.createCaption().textContent = caption;
  const head = table.createTHead().insertRow();
  head.append(heading(corner, "col"), ...columns.map(column => heading(name(column), "col")));
  const numbers = rows.flatMap(row => columns.map(column => value(row, column))).filter(number => number !== null);
  const [low, high] = d3.extent(numbers);
  const winner = best?.(numbers);
  // Numbers have six digits, so what differs by less is equal.
  const differ = high - low > 1e-5 * Math.max(Math.abs(low), Math.abs(high));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    line.append(heading(name(row), "row"));
    for (const column of columns) {
      const [cell, number] = [line.insertCell(), value(row, column)];
      cell.textContent = number === null ? "–" : text(number);
      if (number === null) continue;
      const half = margin?.(row, column);
      if (half > 0) {
        const small = document.createElement("small");
        small.textContent = ` ± ${marginText(number, half)}`;
        cell.append(small);
      }
      cell.style.setProperty("--share", differ ? (number - low) / (high - low) : 0);
      if (number === winner && differ) cell.classList.add("best");
    }
  }
  region.append(table);
  return region;
}

function heading(text, scope) {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}
