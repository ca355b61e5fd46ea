"""Check that the trainer state in a checkpoint is valid, so that a damaged or forged checkpoint is refused."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from nncli.core.fields import is_user_defined
from nncli.core.types import Array
from nncli.core.value_text import format_value
from nncli.nn.metric import Metric, names_of
from nncli.training.trainer import Trainer
from nncli.training.trainer_state import OPTIMIZER, RUNNING_METRICS, WEIGHTS

MAX_COUNT = 1 << 53  # whole numbers up to this one are exact as floats
COUNTS = ("epoch", "step", "step_in_epoch", "skipped", "optimizer_steps")
DURATIONS = ("seconds", "total_seconds")


def check_state(trainer: Trainer, state: Any, arrays: dict[str, Array]) -> None:
    """Check everything that `Trainer.restore` uses.

    Raises:
        ValueError: if a value is not valid; the message names it.
        LookupError: if a value is missing.
        TypeError: if a value has another type, such as a list instead of a mapping.
    """
    for name in COUNTS:
        _check(name, state[name], _is_count(state[name]))
    averaged = state.get("averaged_steps", 0)  # missing in older checkpoints
    _check("averaged_steps", averaged, _is_count(averaged))
    for name in DURATIONS:
        _check(name, state[name], _is_amount(state[name]))
    tally, per_epoch = state["tally"], trainer.steps_per_epoch
    _check("tally.loss", tally["loss"], _is_number(tally["loss"]) and isfinite(tally["loss"]))
    _check("tally.divisor", tally["divisor"], _is_amount(tally["divisor"]))
    for name in ("best", "stopping"):
        if name == "best" or state[name] is not None:
            _check(name, state[name], _is_monitor_state(state[name]))
    plateau = state.get("plateau")
    _check("plateau", plateau, plateau is None if trainer.plateau is None else _is_plateau_state(plateau))
    for name in ("last_record", "best_record"):
        _check(name, state[name], _is_record(state[name]))
    if per_epoch:  # a model that is loaded without rows has 0 steps per epoch
        _check("step_in_epoch", state["step_in_epoch"], state["step_in_epoch"] <= per_epoch)
        for name in ("last_record", "best_record"):
            _check(name, state[name], bool(state[name]) or state["epoch"] == 0)
    _check_arrays(trainer, arrays, measured=tally["divisor"] > 0)


def _check(name: str, value: Any, valid: bool) -> None:
    if not valid:
        raise ValueError(f"{name} is {format_value(value)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (type(value) is int and abs(value) <= MAX_COUNT)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_COUNT


def _is_amount(value: Any) -> bool:
    return _is_number(value) and 0 <= value < float("inf")


def _is_monitor_state(state: dict[str, Any]) -> bool:
    """Whether this is a valid state of a `Monitor`."""
    best = state["best"]
    return (best is None or _is_number(best)) and _is_count(state["best_epoch"]) and _is_count(state["waited"])


def _is_plateau_state(state: dict[str, Any]) -> bool:
    """Whether this is a valid state of a `Plateau`."""
    return _is_monitor_state(state) and _is_count(state["reductions"]) and _is_count(state["resting"])


def _is_record(record: Any) -> bool:
    """Whether this is a row of metrics.csv; before the first epoch, the record is empty."""
    if not isinstance(record, dict):
        return False
    begun = not record or (_is_count(record.get("epoch")) and _is_count(record.get("step")))
    return begun and all(_is_number(value) for value in record.values())


def _check_arrays(trainer: Trainer, arrays: dict[str, Array], *, measured: bool) -> None:
    expected = trainer.arrays()
    if wrong := sorted(set(expected) ^ set(arrays)):
        raise ValueError(f"the array {wrong[0]!r} is {'missing' if wrong[0] in expected else 'not part of this model'}")
    for name, array in expected.items():
        given = arrays[name]
        if name.startswith((OPTIMIZER, WEIGHTS)) and (given.shape, given.dtype.newbyteorder("=")) != (
            array.shape,
            array.dtype,
        ):
            raise ValueError(f"the array {name!r} is {given.dtype.name} {given.shape}")
    metrics = trainer.executor.metrics
    for name, metric in zip(names_of(metrics), metrics, strict=True):
        state = arrays[f"{RUNNING_METRICS}{name}"]
        if state.ndim != 1 or state.dtype != np.float64 or not _fits(metric, state, trainer, measured=measured):
            raise ValueError(f"the array {RUNNING_METRICS + name!r} is {state.dtype.name} {state.shape}")


def _fits(metric: Metric, state: Array, trainer: Trainer, *, measured: bool) -> bool:
    """Whether a metric's state has the length that `metric.measure` returns; a plugin's metric may have any length."""
    if is_user_defined(type(metric)):
        return True
    if not state.size:
        return not measured
    shape, loss = trainer.executor.network.shapes[-1], trainer.executor.loss
    of_classes = loss.target_kind == "classes" and not loss.supports_multi_label
    row = np.zeros((1, *shape))
    with np.errstate(all="ignore"):
        expected = metric.measure(row, np.zeros(1) if of_classes else row, None)
    if metric.keeps_rows:
        return bool(state[0] == expected[0]) and (state.size - 1) % (expected.size - 1) == 0
    return state.size == expected.size
