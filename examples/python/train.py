"""An LSTM that learns to predict the next character of a text, written with the standard library alone."""

import json
import math
import os
import random

from sweep_trial import trial

TEXT = (
    "the quick brown fox jumps over the lazy dog and runs back to the river. "
    "the lazy dog sleeps by the river and dreams of the quick brown fox. "
) * 2
LETTERS = sorted(set(TEXT))
IDS = [LETTERS.index(letter) for letter in TEXT]
TRAINING, VALIDATION = IDS[:120], IDS[120:180]

hidden = trial.parameters.get("hidden_size", 8)
length = trial.parameters.get("sequence_length", 8)
rate = trial.parameters.get("learning_rate", 0.1)
inputs = len(LETTERS) + hidden + 1


def matrix(rows, columns):
    return [[random.uniform(-1, 1) / math.sqrt(columns) for _ in range(columns)] for _ in range(rows)]


def product(weights, vector):
    return [sum(weight * value for weight, value in zip(row, vector)) for row in weights]


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


def forward(window, target):
    """The loss of a window in nats, and what the way back needs of each step."""
    h, c, steps = [0.0] * hidden, [0.0] * hidden, []
    for letter in window:
        x = [0.0] * len(LETTERS) + h + [1.0]
        x[letter] = 1.0
        gates = product(model["gates"], x)
        i, f, o = ([sigmoid(value) for value in gates[k * hidden:(k + 1) * hidden]] for k in range(3))
        g = [math.tanh(value) for value in gates[3 * hidden:]]
        before, c = c, [fk * ck + ik * gk for fk, ck, ik, gk in zip(f, c, i, g)]
        tanh = [math.tanh(value) for value in c]
        h = [ok * tk for ok, tk in zip(o, tanh)]
        steps.append((x, i, f, o, g, before, tanh))
    logits = product(model["head"], h + [1.0])
    highest = max(logits)
    powers = [math.exp(logit - highest) for logit in logits]
    shares = [power / sum(powers) for power in powers]
    return -math.log(max(shares[target], 1e-12)), h, shares, steps


def train(window, target):
    loss, h, shares, steps = forward(window, target)
    error = [share - (letter == target) for letter, share in enumerate(shares)]
    dh = [sum(error[row] * model["head"][row][k] for row in range(len(error))) for k in range(hidden)]
    dc = [0.0] * hidden
    slopes = [[0.0] * inputs for _ in range(4 * hidden)]
    for x, i, f, o, g, before, tanh in reversed(steps):
        dc = [dc[k] + dh[k] * o[k] * (1 - tanh[k] ** 2) for k in range(hidden)]
        d = (
            [dc[k] * g[k] * i[k] * (1 - i[k]) for k in range(hidden)]
            + [dc[k] * before[k] * f[k] * (1 - f[k]) for k in range(hidden)]
            + [dh[k] * tanh[k] * o[k] * (1 - o[k]) for k in range(hidden)]
            + [dc[k] * i[k] * (1 - g[k] ** 2) for k in range(hidden)]
        )
        for row, slope in enumerate(d):
            for column, value in enumerate(x):
                if value:
                    slopes[row][column] += slope * value
        dh = [sum(d[row] * model["gates"][row][len(LETTERS) + k] for row in range(4 * hidden)) for k in range(hidden)]
        dc = [dc[k] * f[k] for k in range(hidden)]
    for row, slope in enumerate(error):
        for column, value in enumerate(h + [1.0]):
            model["head"][row][column] -= rate * slope * value
    for row in range(4 * hidden):
        for column in range(inputs):
            model["gates"][row][column] -= rate * slopes[row][column]
    return loss


def windows(ids):
    return [(ids[at:at + length], ids[at + length]) for at in range(len(ids) - length)]


# The state is all that the next epoch depends on: the weights and the random numbers. Python writes each float so that it is read back
# without a difference.
path = os.path.join(trial.checkpoint, "state.json")
if os.path.exists(path):
    with open(path, encoding="utf-8") as file:
        model, (version, numbers, gauss) = json.load(file)
    random.setstate((version, tuple(numbers), gauss))
else:
    random.seed(trial.seed)
    model = {"gates": matrix(4 * hidden, inputs), "head": matrix(len(LETTERS), hidden + 1)}

for epoch in trial.epochs(5):
    order = windows(TRAINING)
    random.shuffle(order)
    train_loss = sum(train(*window) for window in order) / len(order)
    held_out = windows(VALIDATION)
    val_loss = sum(forward(*window)[0] for window in held_out) / len(held_out)
    with open(path, "w", encoding="utf-8") as file:
        json.dump([model, random.getstate()], file)
    trial.report(train_loss=train_loss, val_loss=val_loss)
