"""The LSTM of train.py with PyTorch: it learns to predict the next character of a text."""

import os

import torch
from torch import nn

from sweep_trial import trial

TEXT = (
    "the quick brown fox jumps over the lazy dog and runs back to the river. "
    "the lazy dog sleeps by the river and dreams of the quick brown fox. "
) * 2
LETTERS = sorted(set(TEXT))
IDS = torch.tensor([LETTERS.index(letter) for letter in TEXT])

length = trial.parameters.get("sequence_length", 8)


class Model(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.lstm = nn.LSTM(len(LETTERS), hidden, batch_first=True)
        self.head = nn.Linear(hidden, len(LETTERS))

    def forward(self, windows):
        states, _ = self.lstm(nn.functional.one_hot(windows, len(LETTERS)).float())
        return self.head(states[:, -1])


def windows(ids):
    """Inputs [windows, length] and targets [windows]."""
    return ids.unfold(0, length, 1)[:-1], ids[length:]


device = torch.device(trial.device)
torch.manual_seed(trial.seed)
model = Model(trial.parameters.get("hidden_size", 8)).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=trial.parameters.get("learning_rate", 0.01))
loss_of = nn.CrossEntropyLoss()
(inputs, targets), (held_out, answers) = windows(IDS[:120].to(device)), windows(IDS[120:180].to(device))

# The state is all that the next epoch depends on: the weights, what the optimizer keeps, and the random numbers of the order.
path = os.path.join(trial.checkpoint, "state.pt")
if os.path.exists(path):
    state = torch.load(path, map_location="cpu")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])

for epoch in trial.epochs(5):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(inputs)).to(device).split(16):
        optimizer.zero_grad()
        loss = loss_of(model(inputs[batch]), targets[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    model.eval()
    with torch.no_grad():
        scores = model(held_out)
        val_loss = loss_of(scores, answers).item()
        val_accuracy = (scores.argmax(1) == answers).float().mean().item()
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "random": torch.get_rng_state()}, path)
    trial.report(train_loss=total / len(inputs), val_loss=val_loss, val_accuracy=val_accuracy)
