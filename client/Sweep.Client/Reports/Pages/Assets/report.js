"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const trials = new Map(data.trials.map(trial => [trial.n, trial]));
  const label = name => ({ val_loss: "validation loss", val_accuracy: "validation accuracy", train_loss: "training loss", train_seconds: "training time, s", model_bytes: "size, bytes", macs: "multiply-accumulates" })[name] ?? name.replaceAll("_", " ");
  const short = d3.format(".4~g");
  const large = value => value >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3) ? d3.format(".3~s")(value) : short(value);
  const shown = (name, value) => value == null ? "–" : name === "val_accuracy" ? d3.format(".1%")(value) : /loss|perplexity/.test(name) ? d3.format(".3f")(value) : large(value);
  const named = trial => `trial ${trial.n}\n${data.varying.map(name => `${name} ${trial.p[name]}`).join("\n")}`;
  const values = name => {
    const all = [...new Set(data.trials.map(trial => trial.p[name]))];
    return all.every(value => value !== "" && !isNaN(value)) ? all.sort((a, b) => a - b) : all;
  };
  const numeric = name => values(name).every(value => !isNaN(value));
  const spansMuch = numbers => { const [low, high] = d3.extent(numbers); return low > 0 && high / low > 30; };

  // What the colours stand for, and which values are put aside.
  const choices = data.colours.filter(name => values(name).length <= 8);
  let colours = choices[0] ?? null;
  const aside = new Set();
  const range = d3.range(8).map(index => `var(--c${index})`);
  const domain = () => colours === null ? [] : values(colours);
  const key = trial => colours === null ? "" : trial.p[colours];
  const colour = trial => colours === null ? range[0] : range[domain().indexOf(key(trial))];
  const visible = trial => !aside.has(key(trial));

  function plot(title, width, options) {
    return Plot.plot({
      width, height: 250, marginLeft: 46, marginRight: 12, marginTop: 14, marginBottom: 34, ariaLabel: title,
      style: { background: "transparent", fontSize: "11.5px", color: "var(--soft)", overflow: "visible" }, color: { type: "identity" }, ...options,
    });
  }

  const later = [];

  function cell(parent, title, note, draw) {
    const box = document.createElement("div");
    const heading = document.createElement("h3");
    heading.textContent = title;
    if (note) {
      const small = document.createElement("small");
      small.textContent = ` ${note}`;
      heading.append(small);
    }
    box.append(heading);
    parent.append(box);
    // A box has its width only when all of its row are there.
    later.push(() => box.append(draw(Math.max(240, Math.round(box.clientWidth)))));
  }

  function multiples(id, draw) {
    const place = document.getElementById(`chart-${id}`);
    if (!place) return;
    const grid = document.createElement("div");
    grid.className = "multiples";
    place.replaceChildren(grid);
    draw(grid);
    for (const drawing of later.splice(0)) drawing();
  }

  const grid = { stroke: "var(--rule)", strokeOpacity: 1 };
  const tip = (rows, options, text) => Plot.tip(rows, Plot.pointer({ ...options, title: text, stroke: "var(--rule)", fill: "var(--surface)", fontSize: 12 }));

  function curves() {
    multiples("curves", parent => {
      for (const metric of ["val_loss", "train_loss", "val_accuracy"]) {
        const rows = data.curves.filter(curve => visible(trials.get(curve.n))).flatMap(curve => curve.epoch.map((epoch, index) => ({ epoch, value: curve[metric][index], trial: trials.get(curve.n) })))
          .filter(row => row.value !== null);
        const best = rows.filter(row => row.epoch === row.trial.epoch);
        const log = metric !== "val_accuracy" && spansMuch(rows.map(row => row.value));
        cell(parent, sentence(label(metric)), log ? "logarithmic" : "", width => plot(`${label(metric)} against the epoch`, width, {
          x: { label: "epoch", labelAnchor: "right", ticks: 5, tickFormat: large, tickSize: 0 }, y: { type: log ? "log" : "linear", label: null, ticks: 5, tickFormat: metric === "val_accuracy" ? ".0%" : short, tickSize: 0, nice: true },
          marks: [
            Plot.gridY({ ...grid, ticks: 5 }),
            Plot.lineY(rows, { x: "epoch", y: "value", z: row => row.trial.n, stroke: row => colour(row.trial), strokeWidth: 1.4, strokeOpacity: .85 }),
            Plot.dot(best, { x: "epoch", y: "value", r: 2.8, fill: row => colour(row.trial), stroke: "var(--page)", strokeWidth: 1 }),
            tip(rows, { x: "epoch", y: "value" }, row => `${named(row.trial)}\nepoch ${row.epoch}: ${shown(metric, row.value)}`),
          ],
        }));
      }
    });
  }

  function costs() {
    const rows = data.dots.map(number => trials.get(number)).filter(visible);
    multiples("costs", parent => {
      for (const metric of ["val_accuracy", "val_loss"]) {
        for (const cost of ["train_seconds", "model_bytes", "macs"]) {
          const measured = rows.filter(trial => trial[metric] !== null && trial[cost] !== null);
          const front = data.fronts.find(item => item.metric === metric && item.cost === cost).trials.map(number => trials.get(number));
          const log = spansMuch(data.dots.map(number => trials.get(number)[cost]));
          const steep = metric === "val_loss" && spansMuch(measured.map(trial => trial.val_loss));
          cell(parent, metric === "val_loss" ? "Loss" : "Accuracy", `against ${label(cost)}`, width => plot(`${label(metric)} against ${label(cost)}`, width, {
            height: 230, inset: 6,
            x: { type: log ? "log" : "linear", label: null, ticks: 4, tickFormat: large, tickSize: 0, nice: true },
            y: { type: steep ? "log" : "linear", label: null, ticks: 5, tickFormat: metric === "val_accuracy" ? ".0%" : short, tickSize: 0, nice: true },
            marks: [
              Plot.gridY({ ...grid, ticks: 5 }),
              Plot.line(front, { x: cost, y: metric, curve: "step-after", stroke: "var(--faint)", strokeWidth: 1.2 }),
              Plot.dot(measured, { x: cost, y: metric, r: measured.length > 300 ? 1.8 : 3.5, fill: colour, fillOpacity: measured.length > 300 ? .5 : .8 }),
              Plot.dot(front.filter(visible), { x: cost, y: metric, r: 4.5, stroke: colour, strokeWidth: 1.6, fill: "var(--page)" }),
              tip(measured, { x: cost, y: metric }, trial => `${named(trial)}\n${label(metric)} ${shown(metric, trial[metric])}\n${label(cost)} ${large(trial[cost])}`),
            ],
          }));
        }
      }
    });
  }

  function importance() {
    const place = document.getElementById("chart-importance");
    if (!place) return;
    if (data.shares.length === 0) { place.parentElement.hidden = true; return; }
    const rows = data.shares.slice(0, 12);
    const longest = d3.max(rows, row => row.name.length);
    const width = Math.max(280, Math.min(720, place.clientWidth));
    place.replaceChildren(plot("share of the variance", width, {
      height: 26 * rows.length + 10, marginLeft: Math.min(width * .5, longest * 6.6 + 14), marginRight: 48, marginTop: 4, marginBottom: 6,
      x: { domain: [0, Math.max(.01, d3.max(rows, row => row.share))], axis: null }, y: { domain: rows.map(row => row.name), label: null, tickSize: 0, padding: .35 },
      marks: [
        Plot.barX(rows, { x: "share", y: "name", fill: row => row.name === "the rest" ? "var(--faint)" : "var(--c0)", fillOpacity: .85 }),
        Plot.text(rows, { x: "share", y: "name", text: row => d3.format(".1%")(row.share), textAnchor: "start", dx: 6, fill: "var(--ink)" }),
      ],
    }));
  }

  function effects() {
    const rows = data.dots.map(number => trials.get(number)).filter(trial => trial.best !== null && visible(trial));
    const log = spansMuch(rows.map(trial => trial.best));
    multiples("effects", parent => {
      for (const effect of data.effects.slice(0, 6)) {
        const name = effect.parameter;
        const each = !effect.values.some(value => value.value.includes(" … "));
        const numbers = values(name).map(Number);
        const at = each ? trial => trial.p[name] : trial => Number(trial.p[name]);
        cell(parent, sentence(label(name)), `and ${label(data.metric)}`, width => plot(`${label(data.metric)} for each ${label(name)}`, width, {
          height: 230,
          x: each ? { type: "band", domain: effect.values.map(value => value.value), label: null, tickSize: 0, padding: .8 } : { type: spansMuch(numbers) ? "log" : "linear", label: null, ticks: 4, tickFormat: large, tickSize: 0 },
          y: { type: log ? "log" : "linear", label: null, ticks: 5, tickFormat: data.metric === "val_accuracy" ? ".0%" : short, tickSize: 0, nice: true },
          marks: [
            Plot.gridY({ ...grid, ticks: 5 }),
            Plot.dot(rows, { x: at, y: "best", r: rows.length > 300 ? 1.6 : 3, fill: colour, fillOpacity: .35 }),
            ...each ? [
              Plot.ruleX(effect.values.filter(value => value.deviation !== null), { x: "value", y1: value => value.mean - value.deviation, y2: value => value.mean + value.deviation, stroke: "var(--ink)", strokeWidth: 1.2 }),
              Plot.tickY(effect.values, { x: "value", y: "mean", stroke: "var(--ink)", strokeWidth: 2 }),
              Plot.dot(effect.values, { x: "value", y: "mean", r: 3.6, fill: "var(--ink)" }),
            ] : [],
            tip(rows, { x: at, y: "best" }, trial => `${named(trial)}\n${label(data.metric)} ${shown(data.metric, trial.best)}`),
          ],
        }));
      }
    });
  }

  function parallel() {
    const place = document.getElementById("chart-parallel");
    if (!place) return;
    const rows = data.lines.map(number => trials.get(number)).filter(trial => trial.best !== null);
    if (rows.length === 0) { place.closest("section").hidden = true; return; }
    const axes = [...data.varying.filter(name => new Set(rows.map(trial => trial.p[name])).size > 1), "train_seconds", "model_bytes", "best"].map(name => {
      const measured = !data.varying.includes(name);
      const title = name === "best" ? label(data.metric) : label(name);
      const points = measured ? rows.map(trial => trial[name]).filter(value => value !== null) : values(name);
      if (!measured && (points.length <= 8 || !numeric(name))) {
        const scale = value => points.length === 1 ? .5 : points.indexOf(value) / (points.length - 1);
        return { title, at: trial => scale(trial.p[name]), ticks: points.map(value => ({ y: scale(value), text: value })) };
      }
      const numbers = points.map(Number);
      const log = spansMuch(numbers);
      const scale = (log ? d3.scaleLog() : d3.scaleLinear()).domain(d3.extent(numbers)).range([0, 1]);
      const [low, high] = d3.extent(numbers);
      const ticks = low === high ? [low] : [low, high];
      const read = name === "best" ? data.metric : name;
      return { title, at: trial => low === high ? .5 : scale(measured ? trial[name] : Number(trial.p[name])), ticks: ticks.map(value => ({ y: low === high ? .5 : scale(value), text: shown(read, value) })) };
    });
    const box = document.createElement("div");
    box.className = "wide";
    place.replaceChildren(box);
    const width = Math.max(704, box.clientWidth);
    const points = rows.filter(visible).flatMap(trial => axes.map((axis, x) => ({ x, y: axis.at(trial), trial })));
    const ticks = axes.flatMap((axis, x) => axis.ticks.map(tick => ({ x, ...tick })));
    const few = rows.length <= 40;
    box.append(plot("each trial through its parameters, cost and result", width, {
      height: 320, marginLeft: 56, marginRight: 66, marginTop: 34, marginBottom: 14,
      x: { axis: null, domain: [0, axes.length - 1] }, y: { axis: null, domain: [0, 1] },
      marks: [
        Plot.ruleX(axes, { x: (_, index) => index, stroke: "var(--rule)" }),
        Plot.line(points, { x: "x", y: "y", z: point => point.trial.n, stroke: point => colour(point.trial), strokeWidth: few ? 1.8 : 1, strokeOpacity: few ? .85 : .35, curve: "bump-x" }),
        Plot.text(axes, { x: (_, index) => index, y: 1, dy: -22, text: "title", fill: "var(--ink)", fontWeight: 600 }),
        ...[[tick => tick.x === 0, "end", -7], [tick => tick.x > 0, "start", 7]].map(([filter, textAnchor, dx]) =>
          Plot.text(ticks, { filter, x: "x", y: "y", text: "text", dx, textAnchor, fill: "var(--ink)", stroke: "var(--page)", strokeWidth: 4 })),
        tip(points, { x: "x", y: "y" }, point => `${named(point.trial)}\n${label(data.metric)} ${shown(data.metric, point.trial.best)}`),
      ],
    }));
  }

  function sentence(text) { return text[0].toUpperCase() + text.slice(1); }

  function controls() {
    const place = document.getElementById("controls");
    if (choices.length === 0 || !document.querySelector(".charts section")) return;
    place.hidden = false;
    const title = document.createElement("label");
    title.textContent = "Colour by ";
    const select = document.createElement("select");
    for (const name of choices) select.add(new Option(label(name), name));
    select.value = colours;
    select.addEventListener("change", () => { colours = select.value; aside.clear(); controls(); draw(); document.querySelector("#controls select").focus(); });
    title.append(select);
    place.replaceChildren(title, ...domain().map((value, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      const dot = document.createElement("i");
      dot.style.setProperty("--dot", range[index]);
      button.append(dot, value);
      button.addEventListener("click", () => {
        aside.has(value) ? aside.delete(value) : aside.add(value);
        button.setAttribute("aria-pressed", String(!aside.has(value)));
        draw();
      });
      return button;
    }));
  }

  function draw() {
    curves();
    costs();
    importance();
    effects();
    parallel();
  }

  for (const region of document.querySelectorAll(".rows")) {
    const table = region.querySelector("table");
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = row => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const rows = [...body.rows].map(row => ({ row, text: value(row), number: value(row) === "" ? NaN : Number(value(row)) }));
      const numbers = rows.every(item => item.text === "" || !isNaN(item.number));
      const sign = down ? -1 : 1;
      // What has no value stays at the end, whichever way the others go.
      rows.sort((a, b) => (a.text === "") - (b.text === "") || sign * (numbers ? a.number - b.number || 0 : a.text.localeCompare(b.text)));
      rows.forEach((item, index) => item.row.classList.toggle("more", index >= 30));
      body.append(...rows.map(item => item.row));
    }));
    const all = region.nextElementSibling?.querySelector("[data-all]");
    all?.addEventListener("click", () => {
      region.classList.add("everything", "tall");
      all.parentElement.remove();
      region.focus();
    });
  }

  controls();
  draw();
  let width = document.body.clientWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  });
  document.documentElement.dataset.drawn = "yes";
})();
