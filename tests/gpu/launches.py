#!/usr/bin/env python3
"""What a step of training waits for on a GPU: its wall time, the GPU's own time, and its time as one CUDA graph.

Measured with PyTorch's own modules at the shapes of proof.py (hidden 256, length 20), because Sweep's steps launch the same kernels.
"""
import time

import torch
from torch.profiler import ProfilerActivity, profile

STEPS = 200


def milliseconds(step):
    for _ in range(20):
        step()
    torch.cuda.synchronize()
    begin = time.time()
    for _ in range(STEPS):
        step()
    torch.cuda.synchronize()
    return (time.time() - begin) / STEPS * 1e3


def kernels(step):
    """The number of kernels and copies of a step, and the milliseconds that the GPU computes."""
    with profile(activities=[ProfilerActivity.CUDA, ProfilerActivity.CPU]) as profiler:
        for _ in range(10):
            step()
        torch.cuda.synchronize()
    found = [event for event in profiler.events() if event.device_type == torch.autograd.DeviceType.CUDA]
    return len(found) / 10, sum(event.device_time for event in found) / 1e4


def graph(step):
    """A graph replays all kernels of a step by one launch."""
    captured, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    with torch.cuda.graph(captured):
        step()
    return captured.replay


def training(cell, batch):
    ids = torch.randint(0, 65, (200000,), device="cuda")
    starts = torch.randint(0, len(ids) - 20, (batch,), device="cuda")
    windows = ids.unfold(0, 20, 1)
    embedding, layer = torch.nn.Embedding(65, 256).cuda(), getattr(torch.nn, cell)(256, 256).cuda()
    head = torch.nn.Linear(256, 65).cuda()
    adam = torch.optim.Adam([*embedding.parameters(), *layer.parameters(), *head.parameters()], 1e-3, capturable=True)

    def step():
        adam.zero_grad(set_to_none=False)
        last = layer(embedding(windows[starts].t()))[0][-1]
        torch.nn.functional.cross_entropy(head(last), ids[starts + 20]).backward()
        adam.step()

    return step


for name in ("LSTM", "GRU", "RNN"):
    for tf32 in (False, True):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = tf32
        for batch in (128, 1024):
            step = training(name, batch)
            whole = milliseconds(step)
            count, busy = kernels(step)
            print(f"{name}, TF32 {'on' if tf32 else 'off'}, batch {batch}: a step takes {whole:.2f} ms; {count:.0f} kernels and copies "
                  f"take {busy:.2f} ms; as one CUDA graph {milliseconds(graph(step)):.2f} ms", flush=True)
