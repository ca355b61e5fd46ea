"""Write test cases computed by PyTorch to a file.

All arrays have nncli's layout: images (n, height, width, channels), kernels (height, width, in, filters), dense
weights (in, units). A file holds one array `cases` (JSON in UTF-8) with the descriptions, and the arrays of every
case as NAME/ARRAY. `test_reference.py` compares nncli with every file in the folder `cases`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)

FOLDER = Path(__file__).with_name("cases")


class Cases:
    """The cases of one file.

    Args:
        name: name of the file without its extension.
        seed: seed of the random numbers.
    """

    def __init__(self, name: str, seed: int) -> None:
        torch.set_num_threads(1)
        self.file = FOLDER / f"{name}.npz"
        self.random = np.random.default_rng(seed)
        self.cases: list[dict[str, Any]] = []
        self.arrays: dict[str, np.ndarray] = {}

    def draw(self, *shape: int) -> np.ndarray:
        """Draw normally distributed numbers; they are rounded to two decimals, which compress well."""
        return np.round(self.random.standard_normal(shape), 2)

    def add(self, kind: str, arrays: dict[str, Any], **description: Any) -> None:
        """Add a case with its arrays by name and other values that describe it."""
        name = f"{kind}-{sum(case['kind'] == kind for case in self.cases)}"
        self.cases.append({"name": name, "kind": kind, **description})
        for key, value in arrays.items():
            array = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
            self.arrays[f"{name}/{key}"] = np.ascontiguousarray(array)

    def layer(
        self,
        config: dict[str, Any],
        x: np.ndarray,
        parameters: dict[str, np.ndarray],
        function: Callable[..., Any],
        **description: Any,
    ) -> None:
        """Add a layer's forward and backward pass.

        Args:
            config: nncli's config.
            x: (n, ...) inputs; integers have no gradient.
            parameters: parameters by name, such as weight.
            function: returns the outputs; called with the inputs and the parameters as tensors.
            description: further values that describe the case, such as training=True for a pass in training mode.
        """
        given = torch.tensor(x) if x.dtype.kind == "i" else tensor(x, grad=True)
        wanted = {name: tensor(array, grad=True) for name, array in parameters.items()}
        y = function(given, **wanted)
        dy = tensor(self.draw(*y.shape))
        (y * dy).sum().backward()
        arrays = {"x": x, "dy": dy, "y": y} | ({} if given.grad is None else {"dx": given.grad})
        arrays |= {f"p/{name}": array for name, array in parameters.items()}
        arrays |= {f"g/{name}": array.grad for name, array in wanted.items() if array.grad is not None}
        self.add("layer", arrays, config=config, **description)

    def optimizer(self, config: dict[str, Any], make: Callable[[list[torch.Tensor]], torch.optim.Optimizer]) -> None:
        """Add ten steps of an optimizer for gradients of very different magnitudes."""
        self.path(config, make, self.draw(8), self.draw(10, 8) * 10.0 ** np.arange(-4, 4))

    def path(
        self,
        config: dict[str, Any],
        make: Callable[[list[torch.Tensor]], torch.optim.Optimizer],
        start: np.ndarray,
        gradients: np.ndarray,
        decayed: int | None = None,
    ) -> None:
        """Add the parameters after each step of an optimizer, with one step per gradient.

        Args:
            config: nncli's config.
            make: creates the optimizer for one tensor of all parameters, or for two tensors if `decayed` is set.
            start: initial parameters.
            gradients: one gradient per step.
            decayed: number of parameters in the first of two tensors, the one with weight decay; None for one tensor.
        """
        parts = [start] if decayed is None else np.split(start, [decayed])
        parameters = [tensor(part, grad=True) for part in parts]
        optimizer, path = make(parameters), []
        for gradient in gradients:
            for part, of_part in zip(parameters, torch.split(tensor(gradient), list(map(len, parts))), strict=True):
                part.grad = of_part.clone()
            optimizer.step()
            path.append(np.concatenate([part.detach().numpy() for part in parameters]))
        arrays = {"start": start, "gradients": gradients, "path": np.array(path)}
        self.add("optimizer", arrays, config=config, **({} if decayed is None else {"decayed": decayed}))

    def loss(
        self,
        config: dict[str, Any],
        output: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray | None,
        function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    ) -> None:
        """Add the weighted mean of the row losses and its gradient; `function` returns the loss of every row."""
        given, w = tensor(output, grad=True), tensor(np.ones(len(output)) if weights is None else weights)
        loss = (function(given, torch.tensor(targets)) * w).sum() / w.sum()
        loss.backward()
        arrays = {"output": output, "targets": targets, "loss": loss, "gradient": given.grad}
        self.add("loss", arrays | ({} if weights is None else {"weights": weights}), config=config)

    def write(self, **others: str) -> None:
        """Write the file; `others` are the versions of further packages by name."""
        made_with = {"torch": torch.__version__, **others, "numpy": np.__version__}
        text = json.dumps({"made_with": made_with, "cases": self.cases})
        FOLDER.mkdir(exist_ok=True)
        np.savez_compressed(self.file, cases=np.frombuffer(text.encode(), np.uint8), **self.arrays)
        size = self.file.stat().st_size / 1024
        print(f"{self.file.name}: {len(self.cases)} cases, {size:.0f} KB, made with {made_with}")


def tensor(array: np.ndarray, *, grad: bool = False) -> torch.Tensor:
    """Copy an array to a float64 tensor."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=grad)


def channels_first(images: torch.Tensor) -> torch.Tensor:
    """Convert images from nncli's layout to PyTorch's."""
    return images.permute(0, 3, 1, 2)


def channels_last(images: torch.Tensor) -> torch.Tensor:
    """Convert images from PyTorch's layout to nncli's."""
    return images.permute(0, 2, 3, 1)


def for_axes(size: int | list[int], axes: int) -> list[int]:
    """Return one size per axis; a single number applies to every axis."""
    return size if isinstance(size, list) else [size] * axes


def padded(
    x: torch.Tensor, window: Any, stride: Any, padding: Any, value: float = 0.0, dilation: Any = 1
) -> torch.Tensor:
    """Pad (n, channels, *axes) as nncli does."""
    axes, amounts = x.dim() - 2, []
    for axis in reversed(range(axes)):  # F.pad starts with the last axis
        n, k, s, d = x.shape[2 + axis], *(for_axes(size, axes)[axis] for size in (window, stride, dilation))
        if padding == "same":
            total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
            amounts += [total // 2, total - total // 2]
        else:
            amounts += [0 if padding == "valid" else for_axes(padding, axes)[axis]] * 2
    return F.pad(x, amounts, value=value)
