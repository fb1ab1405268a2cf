"""Learns to predict the next character of a text from the ones before it, and prints how well it does."""

import argparse
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--context", type=int, default=3, help="characters before the next one")
parser.add_argument("--learning_rate", type=float, default=0.5)
parser.add_argument("--epochs", type=int, default=50)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()

random.seed(options.seed)
text = "peter piper picked a peck of pickled peppers. a peck of pickled peppers peter piper picked. " * 3
letters = sorted(set(text))
ids = [letters.index(letter) for letter in text]
samples = [(ids[at - options.context:at], ids[at]) for at in range(options.context, len(ids))]
random.shuffle(samples)
training, validation = samples[len(samples) // 5:], samples[:len(samples) // 5]
weights = [[[0.0] * len(letters) for _ in letters] for _ in range(options.context)]


def shares(context):
    """How likely each letter is to be the next one."""
    scores = [sum(weights[place][letter][row] for place, letter in enumerate(context)) for row in range(len(letters))]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


for epoch in range(1, options.epochs + 1):
    loss = 0.0
    for context, target in training:
        found = shares(context)
        loss -= math.log(found[target])
        for row, share in enumerate(found):
            slope = share - (row == target)
            for place, letter in enumerate(context):
                weights[place][letter][row] -= options.learning_rate / options.context * slope
    if epoch % 10 == 0:
        found = [(shares(context), target) for context, target in validation]
        val_loss = -sum(math.log(share[target]) for share, target in found) / len(found)
        accuracy = sum(share.index(max(share)) == target for share, target in found) / len(found)
        print(f"Epoch {epoch}/{options.epochs} | Loss: {loss / len(training):.4f}", end=" | ")
        print(f"Validation Loss: {val_loss:.4f}, Accuracy: {accuracy:.2%}")

print(f"Done: {sum(len(row) for matrix in weights for row in matrix)} weights.")
