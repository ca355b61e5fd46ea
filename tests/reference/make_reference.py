"""Write `cases/reference.npz`: small problems computed by PyTorch and scikit-learn.

nncli itself needs neither package. Run this in a separate environment:

    pip install torch==2.13.0 scikit-learn==1.9.1
    python -m tests.reference.make_reference

The same versions on the same machine write the same bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)
from sklearn import metrics

from tests.reference.case_file import Cases, channels_first, channels_last, for_axes, padded, tensor

CASES = Cases("reference", seed=20)
draw = CASES.draw


def dense(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """Compute a fully connected layer."""
    return F.linear(x.reshape(len(x), -1), weight.T, bias)


def add_dense() -> None:
    """Add dense layers on flat rows and on images."""
    CASES.layer({"type": "dense", "units": 4}, draw(5, 3), {"weight": draw(3, 4), "bias": draw(4)}, dense)
    CASES.layer({"type": "dense", "units": 2, "bias": False}, draw(3, 2, 3, 2), {"weight": draw(12, 2)}, dense)


def add_convolutions() -> None:
    """Add convolutions with several kernels, strides and paddings, with few and many channels."""
    for channels, kernel, stride, padding in (
        (1, 3, 1, "valid"),
        (1, 3, 1, "same"),
        (2, 2, 1, "same"),
        (3, [3, 2], 1, 1),
        (3, 3, 2, "same"),
        (3, 3, 2, "valid"),
        (1, [2, 3], [2, 1], [0, 2]),
        (4, 1, 1, 0),
        (3, 2, [1, 3], [3, 1]),
        (5, [1, 3], [3, 2], "same"),
    ):
        config = {"type": "conv2d", "filters": 3, "kernel_size": kernel, "stride": stride, "padding": padding}

        def convolution(x: Any, weight: Any, bias: Any, kernel: Any = kernel, s: Any = stride, p: Any = padding) -> Any:
            images = padded(channels_first(x), kernel, s, p, 0.0)
            return channels_last(F.conv2d(images, weight.permute(3, 2, 0, 1), bias, stride=s))

        parameters = {"weight": draw(*for_axes(kernel, 2), channels, 3), "bias": draw(3)}
        CASES.layer(config, draw(2, 6, 5, channels), parameters, convolution)


def add_pools() -> None:
    """Add pooling with several windows, strides and paddings, including max pooling with ties."""
    for kind, window, stride, padding, ties in (
        *((kind, 2, None, "valid", False) for kind in ("max_pool2d", "avg_pool2d")),
        *((kind, 3, 2, 1, False) for kind in ("max_pool2d", "avg_pool2d")),
        *((kind, 2, 2, "same", False) for kind in ("max_pool2d", "avg_pool2d")),
        *((kind, [3, 2], [1, 2], [1, 0], False) for kind in ("max_pool2d", "avg_pool2d")),
        ("max_pool2d", 3, 1, "same", True),
    ):
        config = {"type": kind, "pool_size": window, "stride": stride, "padding": padding}

        def pool(x: Any, kind: Any = kind, k: Any = window, s: Any = stride or window, p: Any = padding) -> Any:
            images = padded(channels_first(x), k, s, p, -torch.inf if kind == "max_pool2d" else 0.0).contiguous()
            return channels_last((F.max_pool2d if kind == "max_pool2d" else F.avg_pool2d)(images, k, s))

        x = CASES.random.integers(-1, 2, (2, 5, 7, 2)) * 1.0 if ties else draw(2, 5, 7, 2)
        CASES.layer(config, x, {}, pool)


def add_activations() -> None:
    """Add activations of inputs near zero and far from zero."""
    functions = {
        "linear": torch.clone,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda x: torch.softmax(x, dim=-1),
    }
    for name, function in functions.items():
        CASES.layer({"type": name}, np.concatenate((draw(3, 4), 10 * draw(2, 4), np.zeros((1, 4)))), {}, function)


def add_losses() -> None:
    """Add mean losses and their gradients, from logits and from probabilities, with and without weights."""
    some = np.array((0.5, 2, 0, 1.25, 3, 0.75))
    for weights in (None, some):
        labels, classes = CASES.random.integers(0, 2, 6), CASES.random.integers(0, 4, 6)
        chances = np.round(CASES.random.uniform(0.02, 0.98, (6, 1)), 2)
        shares = np.round(CASES.random.dirichlet(np.ones(4), 6) * 0.9 + 0.025, 3)
        for config, output, targets, function in (
            ({"type": "binary_cross_entropy", "from_logits": True}, 4 * draw(6, 1), labels, binary_from_logits),
            ({"type": "binary_cross_entropy"}, chances, labels, binary),
            ({"type": "cross_entropy", "from_logits": True}, 4 * draw(6, 4), classes, from_logits),
            ({"type": "cross_entropy"}, shares, classes, from_probabilities),
            ({"type": "mean_squared_error"}, draw(6, 3), draw(6, 3), squared_error),
        ):
            CASES.loss(config, output, targets, weights, function)


def binary_from_logits(z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the binary cross-entropy of every row."""
    return F.binary_cross_entropy_with_logits(z[:, 0], labels.double(), reduction="none")


def binary(q: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the binary cross-entropy of every row."""
    return F.binary_cross_entropy(q[:, 0], labels.double(), reduction="none")


def from_logits(z: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of every row."""
    return F.cross_entropy(z, classes, reduction="none")


def from_probabilities(q: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of every row."""
    return F.nll_loss(torch.log(q), classes, reduction="none")


def squared_error(x: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error of every row over its units."""
    return F.mse_loss(x, targets, reduction="none").mean(dim=1)


RULES: tuple[tuple[dict[str, Any], Any], ...] = (
    ({"type": "sgd", "learning_rate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    ({"type": "sgd", "learning_rate": 0.1, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    (
        {"type": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    ({"type": "adam", "learning_rate": 0.1}, lambda p: torch.optim.Adam(p, lr=0.1)),
    (
        {"type": "adam", "learning_rate": 0.03, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.1},
        lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.5, 0.9), eps=0.1),
    ),
)


def add_optimizers() -> None:
    """Add ten steps of each optimizer."""
    start, gradients = draw(8), draw(10, 8) * 10.0 ** np.arange(-4, 4)
    for config, make in RULES:
        CASES.path(config, make, start, gradients)


def add_networks() -> None:
    """Add ten steps of each optimizer on a small convolutional network."""
    x, labels = draw(6, 5, 4, 1), CASES.random.integers(0, 3, 6)
    start = {"0.conv2d.weight": draw(3, 2, 1, 2), "0.conv2d.bias": draw(2), "4.dense.weight": draw(8, 3)}
    model = [
        {"type": "conv2d", "filters": 2, "kernel_size": [3, 2], "padding": "same"},
        "tanh",
        {"type": "max_pool2d", "pool_size": [2, 2]},
        "flatten",
        {"type": "dense", "units": 3, "bias": False},
    ]
    for config, make in RULES:
        kernel, bias, weight = parameters = [tensor(array, grad=True) for array in start.values()]
        optimizer, losses = make(parameters), []
        for _ in range(10):
            images = padded(channels_first(tensor(x)), [3, 2], 1, "same", 0.0)
            hidden = F.max_pool2d(torch.tanh(F.conv2d(images, kernel.permute(3, 2, 0, 1), bias)), 2)
            logits = channels_last(hidden).reshape(6, -1) @ weight
            loss = F.cross_entropy(logits, torch.tensor(labels))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        ends = {f"end/{name}": array for name, array in zip(start, parameters, strict=True)}
        arrays = {"x": x, "targets": labels, "losses": np.array(losses), **start, **ends}
        CASES.add("network", arrays, config=config, model=model)


def add_metrics() -> None:
    """Add metrics with and without weights; some targets are constant."""
    weights = np.array((0.5, 2, 0, 1.25, 3, 0.75, 1, 1))
    constant = np.full((8, 1), 2.0)
    numbers = {
        "one unit": (draw(8, 1), draw(8, 1)),
        "three units": (draw(8, 3), draw(8, 3)),
        "far from zero": (1e4 + draw(8, 1), 1e4 + draw(8, 1)),
        "constant, all correct": (constant, constant),
        "constant, not all correct": (constant + draw(8, 1), constant),
        "one of two units constant": (draw(8, 2), np.hstack((constant, draw(8, 1)))),
    }
    for about, (prediction, targets) in numbers.items():
        for weight in (None, weights):
            some = {"sample_weight": weight}
            square = metrics.mean_squared_error(targets, prediction, **some)
            values = {
                "r2": metrics.r2_score(targets, prediction, **some),
                "mae": metrics.mean_absolute_error(targets, prediction, **some),
                "rmse": np.sqrt(square),  # the root of the mean over all rows and units
            }
            arrays = {"prediction": prediction, "targets": targets} | ({} if weight is None else {"weights": weight})
            CASES.add("metric", arrays, about=about, values={name: float(value) for name, value in values.items()})
    scores, classes = draw(8, 3), CASES.random.integers(0, 3, 8)
    chances, labels = np.round(CASES.random.uniform(0, 1, (8, 1)), 2), CASES.random.integers(0, 2, 8)
    for about, prediction, chosen, targets in (
        ("classes", scores, scores.argmax(axis=1), classes),
        ("all correct", np.eye(3)[classes], classes, classes),
        ("all wrong", np.eye(3)[(classes + 1) % 3], (classes + 1) % 3, classes),
        ("two classes", chances, chances[:, 0] > 0.5, labels),
    ):
        for weight in (None, weights):
            value = float(metrics.accuracy_score(targets, chosen, sample_weight=weight))
            arrays = {"prediction": prediction, "targets": targets} | ({} if weight is None else {"weights": weight})
            CASES.add("metric", arrays, about=about, values={"accuracy": value})


def main() -> None:
    """Write the file."""
    for add_cases in (
        add_dense,
        add_convolutions,
        add_pools,
        add_activations,
        add_losses,
        add_optimizers,
        add_networks,
        add_metrics,
    ):
        add_cases()
    CASES.write(**{"scikit-learn": sklearn.__version__})


if __name__ == "__main__":
    main()
