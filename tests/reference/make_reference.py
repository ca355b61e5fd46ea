"""Makes `reference.npz`: what PyTorch and scikit-learn say about the same small problems.

The project itself needs neither package. In an environment of its own:

    pip install torch==2.13.0 scikit-learn==1.9.1
    python tests/reference/make_reference.py

Two runs with the same versions on the same machine write the same bytes. The file holds one array `cases` (JSON, in
UTF-8), with everything that describes a case, and the arrays of every case as NAME/ARRAY. All arrays are in nncli's own
layout: images (n, height, width, channels), kernels (height, width, in, filters), dense weights (in, units).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import torch
import torch.nn.functional as F  # noqa: N812  (the name that everybody gives it)
from sklearn import metrics

FILE = Path(__file__).with_name("reference.npz")
RANDOM = np.random.default_rng(20)
CASES: list[dict[str, Any]] = []
ARRAYS: dict[str, np.ndarray] = {}


def draw(*shape: int) -> np.ndarray:
    """Normal numbers of two decimals, which need little room."""
    return np.round(RANDOM.standard_normal(shape), 2)


def tensor(array: np.ndarray, *, grad: bool = False) -> torch.Tensor:
    """A copy of an array in float64."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=grad)


def add(kind: str, arrays: dict[str, Any], **description: Any) -> None:
    """Adds one case."""
    name = f"{kind}-{sum(case['kind'] == kind for case in CASES)}"
    CASES.append({"name": name, "kind": kind, **description})
    for key, value in arrays.items():
        array = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        ARRAYS[f"{name}/{key}"] = np.ascontiguousarray(array)


def channels_first(images: torch.Tensor) -> torch.Tensor:
    """From nncli's layout to PyTorch's."""
    return images.permute(0, 3, 1, 2)


def channels_last(images: torch.Tensor) -> torch.Tensor:
    """And back."""
    return images.permute(0, 2, 3, 1)


def pair(size: int | list[int]) -> list[int]:
    """(height, width)."""
    return size if isinstance(size, list) else [size, size]


def padded(x: torch.Tensor, window: Any, stride: Any, padding: Any, value: float) -> torch.Tensor:
    """Images (n, channels, height, width) with their padding."""
    amounts: list[int] = []
    for axis in (1, 0):  # F.pad counts from the last axis
        n, k, s = x.shape[2 + axis], pair(window)[axis], pair(stride)[axis]
        if padding == "same":
            total = max((-(-n // s) - 1) * s + k - n, 0)
            amounts += [total // 2, total - total // 2]
        else:
            amounts += [0 if padding == "valid" else pair(padding)[axis]] * 2
    return F.pad(x, amounts, value=value)


def add_layer(config: dict[str, Any], x: np.ndarray, parameters: dict[str, np.ndarray], function: Any) -> None:
    """A layer forward and backward; `function` takes the input and the parameters."""
    given = tensor(x, grad=True)
    wanted = {name: tensor(array, grad=True) for name, array in parameters.items()}
    y = function(given, **wanted)
    dy = tensor(draw(*y.shape))
    (y * dy).sum().backward()
    gradients = {f"d{name}": array.grad for name, array in wanted.items()}
    add("layer", {"x": x, **parameters, "dy": dy, "y": y, "dx": given.grad, **gradients}, config=config)


def dense(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """The fully connected layer."""
    return F.linear(x.reshape(len(x), -1), weight.T, bias)


def add_dense() -> None:
    """Dense layers on flat rows and on images."""
    add_layer({"type": "dense", "units": 4}, draw(5, 3), {"weight": draw(3, 4), "bias": draw(4)}, dense)
    add_layer({"type": "dense", "units": 2, "bias": False}, draw(3, 2, 3, 2), {"weight": draw(12, 2)}, dense)


def add_convolutions() -> None:
    """Convolutions with several kernels, strides and paddings, with few and many channels."""
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

        parameters = {"weight": draw(*pair(kernel), channels, 3), "bias": draw(3)}
        add_layer(config, draw(2, 6, 5, channels), parameters, convolution)


def add_pools() -> None:
    """Pooling with several windows, strides and paddings, and a maximum over ties."""
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

        x = RANDOM.integers(-1, 2, (2, 5, 7, 2)) * 1.0 if ties else draw(2, 5, 7, 2)
        add_layer(config, x, {}, pool)


def add_activations() -> None:
    """Activations, also far from zero."""
    functions = {
        "linear": torch.clone,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda x: torch.softmax(x, dim=-1),
    }
    for name, function in functions.items():
        add_layer({"type": name}, np.concatenate((draw(3, 4), 10 * draw(2, 4), np.zeros((1, 4)))), {}, function)


def add_losses() -> None:
    """The mean loss and its gradient, from logits and from probabilities, with and without weights."""
    some = np.array((0.5, 2, 0, 1.25, 3, 0.75))
    for weights in (None, some):
        labels, classes = RANDOM.integers(0, 2, 6), RANDOM.integers(0, 4, 6)
        chances = np.round(RANDOM.uniform(0.02, 0.98, (6, 1)), 2)
        shares = np.round(RANDOM.dirichlet(np.ones(4), 6) * 0.9 + 0.025, 3)
        for config, output, targets, function in (
            ({"type": "binary_cross_entropy", "from_logits": True}, 4 * draw(6, 1), labels, binary_from_logits),
            ({"type": "binary_cross_entropy"}, chances, labels, binary),
            ({"type": "cross_entropy", "from_logits": True}, 4 * draw(6, 4), classes, from_logits),
            ({"type": "cross_entropy"}, shares, classes, from_probabilities),
            ({"type": "mean_squared_error"}, draw(6, 3), draw(6, 3), squared_error),
        ):
            given, w = tensor(output, grad=True), tensor(np.ones(6) if weights is None else weights)
            loss = (function(given, torch.tensor(targets)) * w).sum() / w.sum()
            loss.backward()
            arrays = {"output": output, "targets": targets, "loss": loss, "gradient": given.grad}
            add("loss", arrays | ({} if weights is None else {"weights": weights}), config=config)


def binary_from_logits(z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy of every row."""
    return F.binary_cross_entropy_with_logits(z[:, 0], labels.double(), reduction="none")


def binary(q: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy of every row."""
    return F.binary_cross_entropy(q[:, 0], labels.double(), reduction="none")


def from_logits(z: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of every row."""
    return F.cross_entropy(z, classes, reduction="none")


def from_probabilities(q: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of every row."""
    return F.nll_loss(torch.log(q), classes, reduction="none")


def squared_error(x: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean over the units of every row."""
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
    """Ten steps of each rule along gradients of very different sizes, given beforehand."""
    start, gradients = draw(8), draw(10, 8) * 10.0 ** np.arange(-4, 4)
    for config, make in RULES:
        parameters = tensor(start, grad=True)
        optimizer, path = make([parameters]), []
        for gradient in gradients:
            parameters.grad = tensor(gradient)
            optimizer.step()
            path.append(parameters.detach().numpy().copy())
        add("optimizer", {"start": start, "gradients": gradients, "path": np.array(path)}, config=config)


def add_networks() -> None:
    """Ten steps of each rule on a small convolutional network: everything together."""
    x, labels = draw(6, 5, 4, 1), RANDOM.integers(0, 3, 6)
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
        add("network", arrays, config=config, model=model)


def add_metrics() -> None:
    """Metrics, also where all targets are alike, with and without weights."""
    weights = np.array((0.5, 2, 0, 1.25, 3, 0.75, 1, 1))
    constant = np.full((8, 1), 2.0)
    numbers = {
        "one unit": (draw(8, 1), draw(8, 1)),
        "three units": (draw(8, 3), draw(8, 3)),
        "far from zero": (1e4 + draw(8, 1), 1e4 + draw(8, 1)),
        "constant, all right": (constant, constant),
        "constant, not right": (constant + draw(8, 1), constant),
        "one of two units constant": (draw(8, 2), np.hstack((constant, draw(8, 1)))),
    }
    for about, (prediction, targets) in numbers.items():
        for weight in (None, weights):
            some = {"sample_weight": weight}
            square = metrics.mean_squared_error(targets, prediction, **some)
            values = {
                "r2": metrics.r2_score(targets, prediction, **some),
                "mae": metrics.mean_absolute_error(targets, prediction, **some),
                "rmse": np.sqrt(
                    square
                ),  # over rows and units together, where scikit-learn would average the units' roots
            }
            arrays = {"prediction": prediction, "targets": targets} | ({} if weight is None else {"weights": weight})
            add("metric", arrays, about=about, values={name: float(value) for name, value in values.items()})
    scores, classes = draw(8, 3), RANDOM.integers(0, 3, 8)
    chances, labels = np.round(RANDOM.uniform(0, 1, (8, 1)), 2), RANDOM.integers(0, 2, 8)
    for about, prediction, chosen, targets in (
        ("classes", scores, scores.argmax(axis=1), classes),
        ("all right", np.eye(3)[classes], classes, classes),
        ("all wrong", np.eye(3)[(classes + 1) % 3], (classes + 1) % 3, classes),
        ("two classes", chances, chances[:, 0] > 0.5, labels),
    ):
        for weight in (None, weights):
            value = float(metrics.accuracy_score(targets, chosen, sample_weight=weight))
            arrays = {"prediction": prediction, "targets": targets} | ({} if weight is None else {"weights": weight})
            add("metric", arrays, about=about, values={"accuracy": value})


def main() -> None:
    """Writes the file."""
    torch.set_num_threads(1)
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
    made_with = {"torch": torch.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__}
    text = json.dumps({"made_with": made_with, "cases": CASES})
    np.savez_compressed(FILE, cases=np.frombuffer(text.encode(), np.uint8), **ARRAYS)
    print(f"{FILE.name}: {len(CASES)} cases, {FILE.stat().st_size / 1024:.0f} KB, made with {made_with}")


if __name__ == "__main__":
    main()
