"""The work of configs/digits.yaml in PyTorch: python -m tests.benchmarks.sides.digits_pytorch RUN THREADS KIND.

The images, the sizes of the splits, the network, the optimizer and the number of epochs are the same. Like
`nncli train`, this script evaluates the validation rows and writes a checkpoint and a line of metrics.csv in every
epoch, and finally tests the weights of the best epoch. KIND is default or best; best uses fused Adam, and keeps losses
as tensors until the epoch ends.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

DATA = Path(__file__).parents[3] / "nncli" / "data" / "datasets" / "digits.npz"
EPOCHS, BATCH, LEARNING_RATE = 40, 32, 2e-3
SHARE = 0.1  # fraction of all rows used for validation; the test set has the same size


def split(targets: np.ndarray) -> list[torch.Tensor]:
    """Return the row indices of the stratified training, validation and test sets."""
    random = np.random.default_rng(0)
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for label in np.unique(targets):
        rows = random.permutation(np.flatnonzero(targets == label))
        size = round(len(rows) * SHARE)
        for part, chosen in zip(parts, (rows[2 * size :], rows[:size], rows[size : 2 * size]), strict=True):
            part.append(chosen)
    return [torch.from_numpy(np.concatenate(part)) for part in parts]


def evaluate(model: nn.Module, measure: nn.Module, x: torch.Tensor, y: torch.Tensor) -> tuple[float, float]:
    """Return loss and accuracy."""
    model.eval()
    with torch.inference_mode():
        outputs = model(x)
        return measure(outputs, y).item(), (outputs.argmax(1) == y).float().mean().item()


def train(run: Path, *, best: bool) -> None:
    """Train, and write metrics and checkpoints into the new directory `run`."""
    run.mkdir(parents=True)
    torch.manual_seed(0)
    with np.load(DATA) as archive:
        inputs, targets = archive["inputs"], archive["targets"].astype(np.int64)
    x = torch.from_numpy(inputs.reshape(len(inputs), -1).astype(np.float32) / 16)
    y = torch.from_numpy(targets)
    (x_train, y_train), validation, test = ((x[rows], y[rows]) for rows in split(targets))

    model = nn.Sequential(
        *(nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.3)),
        *(nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.3)),
        nn.Linear(128, 10),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, **({"fused": True} if best else {}))
    measure = nn.CrossEntropyLoss()
    lowest = float("inf")
    with (run / "metrics.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy"])
        for epoch in range(1, EPOCHS + 1):
            model.train()
            loss_sum: float | torch.Tensor = 0.0
            correct: float | torch.Tensor = 0
            for rows in torch.randperm(len(x_train)).split(BATCH):
                wanted = y_train[rows]
                outputs = model(x_train[rows])
                loss = measure(outputs, wanted)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                hits = (outputs.detach().argmax(1) == wanted).sum()
                loss_sum += (loss.detach() if best else loss.item()) * len(rows)
                correct += hits if best else hits.item()
            val_loss, val_accuracy = evaluate(model, measure, *validation)
            means = float(loss_sum) / len(x_train), float(correct) / len(x_train)
            writer.writerow([epoch, *means, val_loss, val_accuracy])
            file.flush()
            torch.save(model.state_dict(), run / "last.pt")
            if val_loss < lowest:
                lowest = val_loss
                torch.save(model.state_dict(), run / "best.pt")
    model.load_state_dict(torch.load(run / "best.pt"))
    loss_of_test, accuracy = evaluate(model, measure, *test)
    print(f"test: loss {loss_of_test:.4f}  accuracy {accuracy:.4f}")


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[2]))
    train(Path(sys.argv[1]), best=sys.argv[3] == "best")
