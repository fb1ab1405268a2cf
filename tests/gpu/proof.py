#!/usr/bin/env python3
"""Proves what a trainer on a GPU promises, with nothing but Python: one line a check, and 1 as the exit code if one fails.

    proof.py TRAINER_FOLDER TEXT [DEVICE] [CHECK,...]

DEVICE is cuda:0 by default; cpu rehearses the script. EPOCHS in the environment shortens the published training of 20 epochs. libtorch is taken from SWEEP_LIBTORCH, or from Python's torch if there is one.
"""
import glob
import os
import subprocess
import sys
import time

from trainer import Trainer

FOLDER, TEXT = sys.argv[1], open(sys.argv[2], encoding="utf-8").read()
DEVICE = sys.argv[3] if len(sys.argv) > 3 else "cuda:0"
ON_GPU = DEVICE != "cpu"
# The rehearsal uses less, because a CPU would need minutes.
SMALL = TEXT[:2386 if ON_GPU else 700]
LONG = TEXT if ON_GPU else TEXT[:2300]
SIZE = 128 if ON_GPU else 32
CELLS = ["rnn", "lstm", "gru"]
BEGIN = time.time()
failures = []


def libtorch():
    if "SWEEP_LIBTORCH" in os.environ:
        return os.environ["SWEEP_LIBTORCH"]
    try:
        import torch
        return os.path.join(os.path.dirname(torch.__file__), "lib")
    except ImportError:
        return None


LIBTORCH = libtorch()


def note(text):
    print(f"[{time.time() - BEGIN:6.1f} s] {text}", flush=True)


def check(right, text):
    note(f"{'ok  ' if right else 'FAIL'} {text}")
    if not right:
        failures.append(text)


def trainer(device=DEVICE):
    return Trainer(os.path.join(FOLDER, "Sweep.Trainer"), device, LIBTORCH, log="trainer.log")


def gpu_memory(process):
    """MiB of GPU memory that a process holds, or None where the driver does not tell."""
    query = ["nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    lines = subprocess.run(query, capture_output=True, text=True).stdout.split("\n")
    found = [int(line.split(",")[1]) for line in lines if line.strip() and line.split(",")[1].strip().isdigit()]
    return sum(found) if found else None


def symbols():
    def names(path, kind):
        output = subprocess.run(["nm", "-D", kind, path], capture_output=True, text=True).stdout
        return {line.split()[-1].split("@")[0] for line in output.splitlines() if line.strip()}
    if LIBTORCH is None:
        return note("symbols: not run, since no other libtorch is here")
    needed = names(os.path.join(FOLDER, "libLibTorchSharp.so"), "--undefined-only")
    there = set().union(*(names(path, "--defined-only") for path in glob.glob(LIBTORCH + "/lib*.so*")))
    missing = sorted(name for name in needed - there if any(part in name for part in ("c10", "2at", "5torch", "caffe2")))
    note(f"symbols: {len(needed)} needed, not defined in this libtorch: {missing[:20]}")


def parity():
    with trainer("cpu") as cpu, trainer() as gpu:
        note(f"ready after {gpu.start_seconds:.2f} s: {gpu.ready}")
        for cell in CELLS:
            for layers in (1, 2):
                trial = dict(cell=cell, layers=layers, hidden_size=SIZE, batch_size=None, learning_rate=0.005, epochs=5,
                             fully_connected=[64])
                one, other = cpu.train(SMALL, **trial), gpu.train(SMALL, **trial)
                apart = max([abs(a[2] - b[2]) for a, b in zip(one.losses, other.losses)], default=float("nan"))
                check(one.succeeded and other.succeeded and apart < 1e-3,
                      f"parity {cell}, {layers} layers: {other}; val_loss of 5 epochs differs from the CPU's by {apart:.1e}")


def crossing():
    for cell in CELLS:
        trial = dict(cell=cell, hidden_size=64, batch_size=None, learning_rate=0.005, epochs=4, every=0)
        with trainer("cpu") as cpu, trainer() as gpu:
            whole = cpu.train(SMALL, **trial)
            for name, begin, end in (("CPU to GPU", cpu, gpu), ("GPU to CPU", gpu, cpu)):
                first = begin.train(SMALL, **trial)
                rest = end.train(SMALL, checkpoint=first.checkpoints[1], attempt=2, **trial)
                apart = abs(whole.losses[-1][2] - rest.losses[-1][2]) if rest.losses else float("nan")
                check(rest.succeeded and apart < 1e-3, f"checkpoint {name}, {cell}: {rest}; final val_loss differs by {apart:.1e}")


def options():
    with trainer() as gpu:
        for name, trial in {
            "dropout 0.3, 2 layers": dict(layers=2, dropout=0.3),
            "clipping, adamw": dict(gradient_clipping=0.5, weight_decay=0.01, optimizer="adamw"),
            "sgd": dict(optimizer="sgd", learning_rate=0.1, weight_decay=0.01),
            "one window a batch": dict(batch_size=1),
            "windows of one character": dict(sequence_length=1),
        }.items():
            outcome = gpu.train(SMALL, epochs=2, hidden_size=64, **trial)
            check(outcome.succeeded, f"{name}: {outcome}")


def bits():
    for cell in CELLS:
        for layers, dropout in ((1, 0), (2, 0.3)):
            trial = dict(cell=cell, layers=layers, dropout=dropout, hidden_size=SIZE, epochs=4, every=0, gradient_clipping=1)
            with trainer() as first:
                one, again = first.train(SMALL, **trial), first.train(SMALL, **trial)
            if not one.succeeded:
                check(False, f"bits {cell}: {one}")
                continue
            with trainer() as second:
                resumed = second.train(SMALL, checkpoint=one.checkpoints[1], attempt=2, **trial)
            check(one.tensors == again.tensors and one.losses == again.losses,
                  f"bits {cell}, {layers} layers, dropout {dropout}: trained again, every bit is the same")
            check(one.tensors == resumed.tensors and one.losses[2:] == resumed.losses,
                  f"bits {cell}, {layers} layers, dropout {dropout}: resumed in a new process, every bit is the same")
    with trainer() as first:
        trial = dict(hidden_size=2 * SIZE, epochs=1, sequence_length=50)
        one, again = first.train(LONG[:100000], **trial), first.train(LONG[:100000], **trial)
        check(one.tensors == again.tensors, "bits lstm, 6,400 characters a batch: trained again, every bit is the same")


def memory():
    with trainer() as gpu:
        # A whole text as one batch is too large for any GPU, while its checkpoint is small enough to be stored.
        size = dict(hidden_size=2048, sequence_length=50) if ON_GPU else dict(hidden_size=64)
        outcome = gpu.train(LONG if ON_GPU else SMALL, batch_size=None, **size)
        check(outcome.last.get("reason") == "out_of_memory" or not ON_GPU, f"a trial that is too large: {outcome}")
        if ON_GPU:
            note(f"the trainer then holds {gpu_memory(gpu.process)} MiB, so a silo replaces it")
    with trainer() as gpu:
        outcome = gpu.train(SMALL, hidden_size=64)
        check(outcome.succeeded, f"the next trial, in a new process: {outcome}")
        if ON_GPU:
            note(f"a trainer with a small model holds {gpu_memory(gpu.process)} MiB")


def speed():
    for cell in CELLS:
        with trainer() as gpu:
            outcome = gpu.train(LONG, cell=cell, hidden_size=256)
        if not outcome.succeeded:
            check(False, f"speed {cell}: {outcome}")
            continue
        epoch, result = outcome.epochs[0], outcome.last["result"]
        note(f"Sweep {cell}, h 256, length 20, batch 128: {epoch['samples_per_second']:.0f} windows/s in steps, epoch of "
             f"{epoch['seconds']:.1f} s with validation, train loss {epoch['train_loss']:.3f}, val loss {epoch['val_loss']:.3f}; "
             f"inference {result['inference_milliseconds']:.3f} ms alone, {result['inference_windows_per_second']:.0f} windows/s in 256")
        peer(cell)


def peer(cell):
    """The same model of PyTorch's own modules with its default Adam, on data that is on the device already."""
    try:
        import torch
    except ImportError:
        return note("PyTorch: not run, since it is not here")
    device = "cuda" if ON_GPU else "cpu"
    alphabet = {character: place for place, character in enumerate(sorted(set(TEXT)))}
    ids = torch.tensor([alphabet[character] for character in TEXT[:200000]], device=device)
    modules = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    for tf32 in (False, True) if ON_GPU else (False,):
        torch.backends.cudnn.allow_tf32 = tf32
        embedding = torch.nn.Embedding(len(alphabet), 256).to(device)
        layer, head = modules[cell](256, 256).to(device), torch.nn.Linear(256, len(alphabet)).to(device)
        adam = torch.optim.Adam([*embedding.parameters(), *layer.parameters(), *head.parameters()], 1e-3)
        windows = ids.unfold(0, 20, 1)

        def step():
            starts = torch.randint(0, len(ids) - 20, (128,), device=device)
            adam.zero_grad()
            last = layer(embedding(windows[starts].t()))[0][-1]
            torch.nn.functional.cross_entropy(head(last), ids[starts + 20]).backward()
            adam.step()

        steps = 500 if ON_GPU else 5
        for _ in range(steps // 10):
            step()
        if ON_GPU:
            torch.cuda.synchronize()
        begin = time.time()
        for _ in range(steps):
            step()
        if ON_GPU:
            torch.cuda.synchronize()
        note(f"PyTorch {cell}, the same shape, TF32 {'on' if tf32 else 'off'}: {steps * 128 / (time.time() - begin):.0f} windows/s")


def together():
    part = LONG[:200000]
    for count in (1, 2, 4, 8) if ON_GPU else (2,):
        trainers = [trainer() for _ in range(count)]
        for one in trainers:
            one.begin(part, hidden_size=256)
        outcomes = [one.outcome() for one in trainers]
        held = gpu_memory(None) if ON_GPU else None
        for one in trainers:
            one.close()
        check(all(outcome.succeeded for outcome in outcomes), f"{count} trainers at once: {outcomes[0]}")
        if all(outcome.succeeded for outcome in outcomes):
            slowest = max(outcome.epochs[0]["seconds"] for outcome in outcomes)
            note(f"{count} trainers at once: {count * 0.8 * len(part) / slowest:.0f} windows/s together, {held} MiB held by all")


def published():
    epochs = int(os.environ.get("EPOCHS", 20)) if ON_GPU else 1
    with trainer() as gpu:
        begin = time.time()
        outcome = gpu.train(LONG, hidden_size=256, epochs=epochs)
        taken = time.time() - begin
    check(outcome.succeeded, f"the published LSTM-20, {epochs} epochs: {outcome}")
    if outcome.succeeded:
        epoch = outcome.epochs[-1]
        note(f"the published LSTM-20, {epochs} epochs: {taken:.1f} s (606 s for 20 published), accuracy {epoch['val_accuracy']:.4f} (0.5805 "
             f"after 20 published), train loss by epoch {' '.join(f'{each[1]:.4f}' for each in outcome.losses)} (1.7115 first published)")


CHECKS = [symbols, parity, crossing, options, bits, memory, speed, together, published]
chosen = sys.argv[4].split(",") if len(sys.argv) > 4 else [each.__name__ for each in CHECKS]
for each in CHECKS:
    if each.__name__ in chosen:
        try:
            each()
        except Exception as error:  # One check that breaks must not hide the others.
            check(False, f"{each.__name__}: {type(error).__name__}: {error}")
note(f"{len(failures)} checks failed")
sys.exit(1 if failures else 0)
