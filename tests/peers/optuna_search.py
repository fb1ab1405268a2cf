"""Optuna's samplers on the functions of `Sweep.Benchmarks -- search`, which starts this program.

Arguments: sampler, function, window, trials, seeds. Writes one JSON line for each seed: the best value after each trial (of ZDT1 the
hypervolume, negated), and the seconds of the processor that proposals took. With `values` it writes each function at a fixed point.
Needs Debian's packages python3-optuna, python3-cmaes and python3-scipy.
"""
import collections
import csv
import functools
import json
import math
import os
import sys
import time
import warnings


def numbers(count, low, high):
    return lambda trial: [trial.suggest_float(f"x{index + 1}", low, high) for index in range(count)]


def branin(x):
    a, b = x
    return ((b - 5.1 / (4 * math.pi**2) * a**2 + 5 / math.pi * a - 6) ** 2
            + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10)


ALPHA = [1.0, 1.2, 3.0, 3.2]
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650],
     [4047, 8828, 8732, 5743, 1091, 381]]


def hartmann(x):
    return -sum(alpha * math.exp(-sum(a * (v - p / 10000) ** 2 for a, p, v in zip(row, places, x)))
                for alpha, row, places in zip(ALPHA, A, P))


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def rastrigin(x):
    return 10 * len(x) + sum(v * v - 10 * math.cos(2 * math.pi * v) for v in x)


def styblinski(x):
    return sum(v**4 - 16 * v * v + 5 * v for v in x) / 2


def zdt1(x):
    g = 1 + 9 * sum(x[1:]) / (len(x) - 1)
    return x[0], g * (1 - math.sqrt(x[0] / g))


def suggest_mixed(trial):
    return [trial.suggest_float("rate", 1e-5, 1, log=True), trial.suggest_int("width", 8, 512, log=True),
            trial.suggest_int("layers", 1, 8), trial.suggest_float("share", 0, 1), trial.suggest_categorical("kind", ["a", "b", "c"])]


def mixed(x):
    rate, width, layers, share, kind = x
    return ((math.log10(rate) + 3) ** 2 / 4 + (math.log2(width) - 7) ** 2 / 4 + (layers - 3) ** 2 / 8 + (share - 0.3) ** 2
            + {"a": 0.5, "b": 0, "c": 0.25}[kind])


def suggest_conditional(trial):
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    if kind == "a":
        return [kind, trial.suggest_float("cost", 1e-3, 1e3, log=True), trial.suggest_float("gamma", 1e-4, 10, log=True)]
    if kind == "b":
        return [kind, trial.suggest_int("depth", 1, 20), trial.suggest_float("share", 0, 1)]
    return [kind, trial.suggest_float("rate", 1e-5, 1, log=True), 0]


def conditional(x):
    kind, one, other = x
    if kind == "a":
        return 0.1 + (math.log10(one) - 1) ** 2 / 9 + (math.log10(other) + 2) ** 2 / 6
    if kind == "b":
        return 0.3 + (one - 8) ** 2 / 100 + (other - 0.7) ** 2
    return 0.2 + (math.log10(one) + 2) ** 2 / 4


CURVES = ["cell", "hidden_size", "layers", "learning_rate", "batch_size"]


@functools.cache
def curve_table():
    """The best loss of each training in curves.csv, by its parameters as they are written there."""
    with open(os.path.join(os.path.dirname(__file__), "curves.csv"), newline="") as file:
        _, *rows = csv.reader(file)
    return {tuple(row[:len(CURVES)]): min(float(loss) for loss in row[len(CURVES):] if loss) for row in rows}


def suggest_curves(trial):
    """The cell by its name, the numbers by their place in their order."""
    values = [list(dict.fromkeys(row[column] for row in curve_table())) for column in range(len(CURVES))]
    places = [trial.suggest_int(name, 0, len(levels) - 1) for name, levels in list(zip(CURVES, values))[1:]]
    return [trial.suggest_categorical(CURVES[0], values[0])] + [levels[place] for levels, place in zip(values[1:], places)]


def curves(x):
    return curve_table()[tuple(x)]


FUNCTIONS = {
    "branin": (numbers(2, 0, 1), lambda x: branin([15 * x[0] - 5, 15 * x[1]])),
    "hartmann-6": (numbers(6, 0, 1), hartmann),
    "rosenbrock-4": (numbers(4, -5, 10), rosenbrock),
    "rosenbrock-10": (numbers(10, -5, 10), rosenbrock),
    "rastrigin-5": (numbers(5, -5.12, 5.12), rastrigin),
    "styblinski-5": (numbers(5, -5, 5), styblinski),
    "mixed": (suggest_mixed, mixed),
    "conditional": (suggest_conditional, conditional),
    "curves": (suggest_curves, curves),
    "zdt1": (numbers(30, 0, 1), zdt1),
}

POINTS = {"mixed": [1e-2, 64, 2, 0.5, "c"], "conditional": ["b", 5, 0.25], "curves": ["lstm", "32", "1", "0.01", "128"]}


def hypervolume(points):
    """The area that points dominate up to the corner (1.1, 6)."""
    area, last = 0.0, 6.0
    for x, y in sorted(points):
        if x < 1.1 and y < last:
            area, last = area + (1.1 - x) * (last - y), y
    return area


def sampler_of(name, seed, window):
    import optuna
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if name == "sobol":
        return optuna.samplers.QMCSampler(qmc_type="sobol", scramble=True, seed=seed)
    if name == "tpe":
        return optuna.samplers.TPESampler(multivariate=True, group=True, constant_liar=window > 1, seed=seed)
    if name == "cma-es":
        return optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    return optuna.samplers.NSGAIISampler(seed=seed)


def run(name, function, window, trials, seed):
    import optuna
    suggest, evaluate = FUNCTIONS[function]
    directions = ["minimize"] * (2 if function == "zdt1" else 1)
    study = optuna.create_study(directions=directions, sampler=sampler_of(name, seed, window))
    running, best, points, seconds = collections.deque(), [], [], 0.0
    for _ in range(trials):
        # A proposal knows the outcomes of the trials before the window, as ours does.
        if len(running) == window:
            study.tell(*running.popleft())
        started = time.process_time()
        trial = study.ask()
        x = suggest(trial)
        seconds += time.process_time() - started
        value = evaluate(x)
        running.append((trial, value))
        points.append(value)
        if function == "zdt1":
            best.append(-hypervolume(points))
        else:
            best.append(min(best[-1], value) if best else value)
    return {"best": best, "seconds": seconds}


if sys.argv[1:] == ["values"]:
    for key, (_, evaluate) in FUNCTIONS.items():
        count = {"branin": 2, "hartmann-6": 6, "rosenbrock-4": 4, "rosenbrock-10": 10, "zdt1": 30}.get(key, 5)
        value = evaluate(POINTS.get(key) or [0.1 + 0.8 * index / count for index in range(count)])
        print(json.dumps({"function": key, "value": value[1] if key == "zdt1" else value}))
    sys.exit()

warnings.simplefilter("ignore")
import optuna  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)
for number in range(1, int(sys.argv[5]) + 1):
    print(json.dumps(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), number)), flush=True)
