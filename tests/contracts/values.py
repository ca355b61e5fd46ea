"""Build objects and data for the cases of the contract table."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.builder import build
from nncli.core.checked import Registered
from nncli.core.registry import Registry
from nncli.core.types import Array, Shape
from tests.contracts.table import ROWS, LayerCase, LossCase
from tests.long import marked

ALL = marked(case for _, rows in ROWS for cases in rows.values() for case in cases)
FIRST = [cases[0] for _, rows in ROWS for cases in rows.values()]


def registry_of(case: Any) -> Registry:
    """Return the registry that lists a case; its type name is not enough, because two registries can share a name."""
    return next(registry for registry, rows in ROWS if case in rows.get(case.config["type"], ()))


def made(case: Any, registry: Registry | None = None) -> Registered:
    """Build the object that a case or a mapping describes."""
    return build(registry or registry_of(case), case if isinstance(case, dict) else case.config)


def spread(shape: Shape, seed: int = 0) -> Array:
    """Return different numbers between -2 and 2, none near 0, so that central differences do not cross a kink."""
    count = int(np.prod(shape))
    values = (np.arange(count) + 0.3) / max(count, 1) * 4 - 2
    return np.random.default_rng(seed).permutation(values).reshape(shape)


def inputs(case: LayerCase, rows: int, dtype: Any = np.float64) -> Array:
    """Return inputs for a layer: (rows, *input shape)."""
    if case.below is not None:
        return np.random.default_rng(1).integers(case.below, size=(rows, *case.input_shape)).astype(dtype)
    return spread((rows, *case.input_shape), 1).astype(dtype)


def loss_of(case: LossCase) -> Any:
    """Build the loss of a case."""
    loss: Any = made(case)
    return loss


def has_one_label_per_row(case: LossCase) -> bool:
    """Return whether each row has one class label as its target, instead of several labels or numbers."""
    loss = loss_of(case)
    return loss.target_kind == "classes" and (loss.wants_sum_to_one or case.output_shape == (1,))


def outputs_and_targets(case: LossCase, rows: int, dtype: Any = np.float64) -> tuple[Array, Array]:
    """Return random outputs of a model, and random targets, encoded by the loss."""
    random, loss = np.random.default_rng(5), loss_of(case)
    numbers = random.standard_normal((rows, *case.output_shape)) * 2
    if case.domain == "probabilities":
        e = np.exp(numbers / 2)  # probabilities stay large compared with the step of central differences
        numbers = e / e.sum(axis=-1, keepdims=True) if loss.wants_sum_to_one else e / (1 + e)
    if case.domain == "rates":
        numbers = np.exp(numbers)
    if case.domain == "numbers":
        targets = random.standard_normal(numbers.shape)
    elif loss.target_kind in ("numbers", "counts"):
        targets = random.integers(6, size=numbers.shape)
    else:
        classes = case.output_shape[-1] if loss.wants_sum_to_one else 2
        targets = random.integers(classes, size=rows if has_one_label_per_row(case) else numbers.shape)
    return numbers.astype(dtype), loss.encode(targets, case.output_shape, np.dtype(dtype))
