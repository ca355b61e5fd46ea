"""What the contract tests feed to the rows of the table."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.builder import build
from nncli.core.fields import Registered
from nncli.core.registry import Registry
from nncli.core.types import Array, Shape
from tests.contracts.table import ROWS, LayerCase, LossCase

ALL = [case for _, rows in ROWS for cases in rows.values() for case in cases]
FIRST = [cases[0] for _, rows in ROWS for cases in rows.values()]


def registry_of(case: Any) -> Registry:
    """The registry that a row's configuration is from; two registries may have the same name in them."""
    name = case["type"] if isinstance(case, dict) else case.config["type"]
    known = [(registry, rows[name]) for registry, rows in ROWS if name in rows]
    return next((registry for registry, cases in known if type(cases[0]) is type(case)), known[0][0])


def made(case: Any, registry: Registry | None = None) -> Registered:
    """What a row or a mapping describes."""
    return build(registry or registry_of(case), case if isinstance(case, dict) else case.config)


def spread(shape: Shape, seed: int = 0) -> Array:
    """Numbers between -2 and 2, none twice and none near zero, so that no kink lies within a difference's step."""
    count = int(np.prod(shape))
    values = (np.arange(count) + 0.3) / max(count, 1) * 4 - 2
    return np.random.default_rng(seed).permutation(values).reshape(shape)


def inputs(case: LayerCase, rows: int, dtype: Any = np.float64) -> Array:
    """(rows, *input shape) for a layer."""
    return spread((rows, *case.input_shape), 1).astype(dtype)


def outputs_and_targets(case: LossCase, rows: int, dtype: Any = np.float64) -> tuple[Array, Array]:
    """What a model may give to a loss, and targets in the form that the loss takes."""
    random = np.random.default_rng(5)
    numbers = random.standard_normal((rows, *case.output_shape)) * 2
    units = case.output_shape[-1]
    if case.domain == "probabilities":
        e = np.exp(numbers)
        numbers = e / (1 + e) if units == 1 else e / e.sum(axis=-1, keepdims=True)
    if case.domain == "numbers":
        targets = random.standard_normal(numbers.shape)
    else:
        targets = random.integers(max(units, 2), size=rows)
    loss: Any = made(case)
    return numbers.astype(dtype), loss.encode(targets, case.output_shape, np.dtype(dtype))
