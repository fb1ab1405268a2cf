// The numbers of the page, and how they are named and written.

const data = JSON.parse(document.getElementById("data").textContent);
const measures = Object.keys(data.trials.measures);
const trials = new Map(data.trials.n.map((n, index) => [n, trialAt(n, index)]));
const everyTrial = [...trials.values()];
const measured = everyTrial.filter(trial => trial.best !== null && trial.state === "succeeded");

function trialAt(n, index) {
  // Parameters and metrics of a program have any names, also those of members that every object has.
  const [p, m] = [Object.create(null), Object.create(null)];
  const trial = {
    n, state: data.trials.state[index], epoch: data.trials.epoch[index], best: data.trials.best[index], seconds: data.trials.seconds[index],
    p, m,
  };
  for (const name of data.varying) {
    const { values, at } = data.trials.parameters[name];
    p[name] = values[at[index]];
  }
  for (const name of measures) m[name] = data.trials.measures[name][index];
  return trial;
}

const labels = {
  val_loss: "validation loss", val_accuracy: "validation accuracy", train_loss: "training loss", gap: "overfitting gap",
  last_val_loss: "validation loss, last epoch", last_val_accuracy: "validation accuracy, last epoch",
  last_gap: "overfitting gap, last epoch", train_seconds: "training time, s", inference_ms: "inference, ms a window",
  parameters: "trainable numbers", model_parameters: "trainable numbers", model_bytes: "size, bytes", macs: "multiply-accumulates",
};
// A program's own names stay as they are. What its metrics mean, only the objective's goal and unit tell.
const isProgram = data.reported !== null;
const ofProgram = new Map([
  ["train_seconds", "time, s"], ["train_processor_seconds", "processor time, s"], ["peak_memory_bytes", "peak memory, bytes"],
  ...(data.reported ?? []).map(name => [name, name]),
  [data.metric, data.unit === null ? data.metric : `${data.metric}, ${data.unit}`],
]);
const label = name => isProgram ? ofProgram.get(name) ?? name : labels[name] ?? name.replaceAll("_", " ");
const sentence = text => text[0].toUpperCase() + text.slice(1);
const title = name => isProgram ? label(name) : sentence(label(name));

const isAccuracy = name => !isProgram && name.endsWith("accuracy");
const isLoss = name => !isProgram && /loss|gap|perplexity/.test(name);
const higherIsBetter = name => name === data.metric ? data.goal === "maximize" : isAccuracy(name);
const hasGoal = name => !isProgram || name === data.metric || !data.reported.includes(name);
const mayBeLog = name => isProgram ? !higherIsBetter(name) : isLoss(name);

const short = d3.format(".4~g");
const minus = text => text.replace("−", "-");
const large = value => value >= 1e4 ? d3.format(".3~s")(value)
  : value !== 0 && Math.abs(value) < 1e-3 ? minus(d3.format(".3~e")(value)) : short(value);
// The values of metrics have the digits that they have in the tables.
function metricText(value) {
  const [size, scientific] = [Math.abs(value), value.toExponential(3).replace("e+", "e")];
  if (value === 0 || (size >= 1 && size < 1000)) return value.toFixed(3);
  if (size >= 1e-4 && size < 1) return value.toFixed(3 - Number(scientific.split("e")[1]));
  return size >= 1000 && size < 1e6 ? value.toFixed(Number.isInteger(value) ? 0 : 1) : scientific;
}
function metricMargin(value, margin) {
  const text = metricText(value);
  const decimals = text.length - 1 - text.indexOf(".");
  const shows = Math.abs(value) < 1000 && !text.includes("e") && margin < 1 && margin >= 10 ** -decimals;
  return shows ? margin.toFixed(decimals) : metricText(margin);
}
const isMetric = name => isProgram ? data.reported.includes(name) : isLoss(name);
const shown = (name, value) => value == null ? "–"
  : isAccuracy(name) ? d3.format(".1%")(value) : isMetric(name) ? metricText(value) : large(value);
const shownMargin = (name, value, margin) => isMetric(name) ? metricMargin(value, margin) : shown(name, margin);
const tickFormat = name => isAccuracy(name) ? ".0%" : short;

const isNumber = text => text !== "" && !isNaN(text);

// What stands beside a mark: the trial and its values, of which those that were drawn from a range have many digits.
const rounded = value => isNumber(value) && value.includes(".") ? large(Number(value)) : value;
const named = trial => `trial ${trial.n}\n${data.varying.map(name => `${name} ${rounded(trial.p[name])}`).join("\n")}`;
const inShort = trial => `${trial.n} · ${data.varying.map(name => rounded(trial.p[name])).join(" ")}`;
const known = new Map();

// The distinct values of a parameter: numbers in ascending order, words in the order of the sweep file.
function values(name) {
  if (!known.has(name)) {
    const distinct = [...data.trials.parameters[name].values];
    known.set(name, distinct.every(isNumber) ? distinct.sort((a, b) => a - b) : distinct);
  }
  return known.get(name);
}
const numeric = name => values(name).every(isNumber);
const mostValues = 8;

// Values that are drawn from a range hardly ever repeat, so quarters of the trials are compared instead.
function groups(name) {
  if (values(name).length <= mostValues || !numeric(name)) {
    return { names: values(name), of: trial => trial.p[name], isNumber: numeric(name) };
  }
  const numbers = measured.map(trial => Number(trial.p[name])).sort(d3.ascending);
  const bounds = [.25, .5, .75].map(share => d3.quantile(numbers, share));
  const quarter = number => d3.bisectLeft(bounds, number);
  const three = d3.format(".3~g");
  const parts = d3.range(4).map(index => numbers.filter(number => quarter(number) === index));
  const names = parts.map(part => part.length === 0 ? null : `${three(part[0])}\u00a0… ${three(part.at(-1))}`);
  return { names: names.filter(text => text !== null), of: trial => names[quarter(Number(trial.p[name]))], isNumber: false };
}

const spansMuch = numbers => {
  const [low, high] = d3.extent(numbers);
  return low > 0 && high / low > 30;
};
