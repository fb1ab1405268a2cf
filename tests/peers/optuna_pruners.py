"""Optuna's pruners on the learning curves of `Sweep.Benchmarks -- rules`, which starts this program.

Arguments: rule, workers, and the file of curves. Reads draws of trials from its input, each a list of rows of the file, and writes for
each draw the epochs that its trials train. So many workers train one epoch in turn. Needs Debian's package python3-optuna.
"""
import csv
import json
import sys

import optuna

PARAMETERS = 5


def pruner_of(rule, epochs):
    if rule == "asha":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    if rule == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=3)
    return optuna.pruners.MedianPruner(n_startup_trials=5)


def run(rule, workers, curves, epochs):
    study = optuna.create_study(pruner=pruner_of(rule, epochs), sampler=optuna.samplers.RandomSampler(seed=1), study_name="curves")
    trained, waiting, running = [0] * len(curves), list(range(len(curves))), []
    while waiting or running:
        while waiting and len(running) < workers:
            running.append((waiting.pop(0), study.ask()))
        for number, trial in list(running):
            losses = curves[number]
            if trained[number] < len(losses):
                trained[number] += 1
                trial.report(losses[trained[number] - 1], trained[number])
            if trained[number] < len(losses):
                if not trial.should_prune():
                    continue
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            elif len(losses) < epochs:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, min(losses))
            running.remove((number, trial))
    return trained


optuna.logging.set_verbosity(optuna.logging.ERROR)
with open(sys.argv[3], newline="") as file:
    header, *rows = csv.reader(file)
table = [[float(field) for field in row[PARAMETERS:] if field] for row in rows]
print(json.dumps([
    run(sys.argv[1], int(sys.argv[2]), [table[row] for row in draw], len(header) - PARAMETERS) for draw in json.load(sys.stdin)]))
