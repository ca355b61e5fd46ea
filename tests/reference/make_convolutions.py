"""Write `cases/convolutions.npz`: convolutions and pooling over images and sequences computed by PyTorch.

nncli itself does not need PyTorch. Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_convolutions
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)

from tests.reference.case_file import Cases, for_axes, padded

CASES = Cases("convolutions", seed=21)
draw = CASES.draw

IMAGES = (  # channels, filters, kernel_size, stride, padding, dilation, groups
    (2, 3, [3, 2], 1, "valid", 2, 1),
    (3, 2, [2, 3], 1, "same", [3, 2], 1),
    (4, 4, 3, 1, "same", 1, 2),
    (4, 2, 2, [1, 2], [2, 0], [3, 2], 2),
    (3, 3, 3, 1, "same", 1, 3),
    (3, 3, 3, 2, "same", 1, 3),
    (2, 4, [2, 3], [2, 1], [1, 2], [1, 2], 2),
    (2, 10, 2, 2, "same", 2, 2),
)
LENGTHS = (
    (1, 2, 5, 2, 1, 1, 1),
    (2, 3, 2, 1, 3, 3, 1),
    (3, 2, 4, 1, "same", 2, 1),
    (4, 2, 3, 2, "same", 2, 2),
    (3, 6, 3, 1, "same", 1, 3),
)


def first(x: torch.Tensor) -> torch.Tensor:
    """Convert nncli's layout to PyTorch's, which has the channels first."""
    return x.movedim(-1, 1)


def last(x: torch.Tensor) -> torch.Tensor:
    """Convert PyTorch's layout to nncli's."""
    return x.movedim(1, -1)


def add_convolutions() -> None:
    """Add convolutions with different dilations and groups; for stride 1, PyTorch applies `same` itself."""
    for kind, function, size, configurations in (
        ("conv2d", F.conv2d, (5, 4), IMAGES),
        ("conv1d", F.conv1d, (6,), LENGTHS),
    ):
        for channels, filters, k, s, p, d, groups in configurations:

            def convolution(x: Any, weight: Any, bias: Any, f: Any = function, a: Any = (k, s, p, d, groups)) -> Any:
                k, s, p, d, groups = a
                x, weight = first(x), weight.movedim((-1, -2), (0, 1))
                if p == "same" and s == 1:
                    return last(f(x, weight, bias, padding="same", dilation=d, groups=groups))
                return last(f(padded(x, k, s, p, dilation=d), weight, bias, s, dilation=d, groups=groups))

            config = {"type": kind, "filters": filters, "kernel_size": k, "stride": s, "padding": p}
            weight = draw(*for_axes(k, len(size)), channels // groups, filters)
            CASES.layer(
                config | {"dilation": d, "groups": groups},
                draw(2, *size, channels),
                {"weight": weight, "bias": draw(filters)},
                convolution,
            )


def add_pools() -> None:
    """Add pooling over sequences, including max pooling with ties."""
    for kind, window, stride, padding, ties in (
        *((kind, 2, None, "valid", False) for kind in ("max_pool1d", "avg_pool1d")),
        *((kind, 3, 2, 1, False) for kind in ("max_pool1d", "avg_pool1d")),
        ("avg_pool1d", 4, 3, "same", False),
        ("max_pool1d", 4, 3, "same", True),
    ):

        def pool(x: Any, kind: Any = kind, k: Any = window, s: Any = stride or window, p: Any = padding) -> Any:
            x = padded(first(x), k, s, p, -torch.inf if kind == "max_pool1d" else 0.0).contiguous()
            return last((F.max_pool1d if kind == "max_pool1d" else F.avg_pool1d)(x, k, s))

        x = CASES.random.integers(-1, 2, (2, 7, 2)) * 1.0 if ties else draw(2, 7, 2)
        CASES.layer({"type": kind, "pool_size": window, "stride": stride, "padding": padding}, x, {}, pool)


def add_global_pools() -> None:
    """Add global pooling, including max pooling with ties."""
    functions = {
        "global_max_pool2d": F.adaptive_max_pool2d,
        "global_avg_pool2d": F.adaptive_avg_pool2d,
        "global_max_pool1d": F.adaptive_max_pool1d,
        "global_avg_pool1d": F.adaptive_avg_pool1d,
    }
    for kind, function in functions.items():
        size = (2, 4, 3, 2) if kind.endswith("2d") else (2, 5, 2)
        x = CASES.random.integers(-1, 2, size) * 1.0 if "max" in kind else draw(*size)
        CASES.layer({"type": kind}, x, {}, lambda x, f=function: f(first(x).contiguous(), 1).flatten(1))


if __name__ == "__main__":
    add_convolutions()
    add_pools()
    add_global_pools()
    CASES.write()
