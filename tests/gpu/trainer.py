"""Drives Sweep.Trainer over its standard streams, without a silo and a database.

A frame has a version (1 byte), the lengths of its JSON and of its payload (4 bytes each, little-endian), the JSON and the payload.
"""
import hashlib
import json
import os
import struct
import subprocess
import time

# What a silo puts into the environment of every trainer (Sweep.Domain, TrainerEnvironment.Variables).
VARIABLES = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "DOTNET_MaxVectorTBitWidth": "512",
    "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}

PARAMETERS = {
    "cell": "lstm", "sequence_length": 20, "hidden_size": 128, "layers": 1, "fully_connected": [], "learning_rate": 0.001,
    "batch_size": 128, "dropout": 0, "epochs": 1, "optimizer": "adam", "weight_decay": 0, "gradient_clipping": 0, "seed": 42,
}


class Outcome:
    """What one training sent: where it takes place, its epochs, its checkpoints and its last message."""

    def __init__(self):
        self.epochs, self.checkpoints, self.last, self.environment = [], [], None, None

    @property
    def succeeded(self):
        return self.last["type"] == "succeeded"

    @property
    def losses(self):
        return [(epoch["epoch"], epoch["train_loss"], epoch["val_loss"], epoch["val_accuracy"]) for epoch in self.epochs]

    @property
    def tensors(self):
        """The bytes of the tensors of the last checkpoint, without its header, which holds times."""
        return self.checkpoints[-1][8 + struct.unpack("<q", self.checkpoints[-1][:8])[0]:]

    def __str__(self):
        reason, message = self.last.get("reason", ""), self.last.get("message", "")
        return " ".join(filter(None, [self.last["type"], reason, message[:160]]))


class Trainer:
    def __init__(self, program, device, libtorch=None, log=None):
        variables = {**os.environ, **VARIABLES, "SWEEP_DEVICE": device}
        if libtorch:
            variables["SWEEP_LIBTORCH"] = libtorch
        self.log = open(log or os.devnull, "ab")
        begin = time.time()
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=variables)
        self.ready = self.receive()[0]
        self.start_seconds = time.time() - begin

    def send(self, message, payload=b""):
        body = json.dumps(message).encode()
        self.process.stdin.write(struct.pack("<BII", 1, len(body), len(payload)) + body + payload)
        self.process.stdin.flush()

    def receive(self):
        header = self.read(9)
        if header is None:
            return {"type": "died", "message": f"exit code {self.process.wait()}"}, b""
        _, body, payload = struct.unpack("<BII", header)
        return json.loads(self.read(body)), self.read(payload) if payload else b""

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.process.stdout.read(count - len(data))
            if not part:
                return None
            data += part
        return data

    def load(self, text):
        data = text.encode()
        self.send({"type": "load-dataset", "sha256": hashlib.sha256(data).hexdigest()}, data)

    def begin(self, text, checkpoint=None, every=1e9, attempt=1, precision=None, **parameters):
        self.load(text)
        if checkpoint is not None:
            self.send({"type": "load-checkpoint", "sha256": hashlib.sha256(checkpoint).hexdigest()}, checkpoint)
        self.send({
            "type": "train", "trial": 1000001, "attempt": attempt, "parameters": {**PARAMETERS, **parameters}, "split": "windows",
            "validation": 0.2, "objective": {"metric": "val_loss", "goal": "minimize"}, "checkpoint_every": every,
            **({"precision": precision} if precision else {}),
        })

    def outcome(self):
        outcome = Outcome()
        while True:
            message, payload = self.receive()
            if message["type"] == "epoch":
                outcome.epochs.append(message["report"])
            elif message["type"] == "checkpoint":
                outcome.checkpoints.append(payload)
            elif message["type"] == "began":
                outcome.environment = message["environment"]
            elif message["type"] != "progress":
                outcome.last = message
                return outcome

    def train(self, text, **arguments):
        self.begin(text, **arguments)
        return self.outcome()

    def close(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass
        self.process.wait(30)
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
