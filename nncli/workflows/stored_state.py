"""Whether a trainer's state, as a checkpoint holds it, is one that this trainer can go on from."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from nncli.core.fields import is_foreign
from nncli.core.types import Array
from nncli.core.value_text import format_value
from nncli.nn.metric import Metric, names_of
from nncli.training.trainer import OPTIMIZER, TALLY, WEIGHTS, Trainer

LARGEST = 1 << 53  # whole numbers up to here are exact as floats, too
COUNTS = ("epoch", "step", "step_in_epoch", "skipped", "optimizer_steps")
AMOUNTS = ("seconds", "total_seconds")


def check_state(trainer: Trainer, state: Any, arrays: dict[str, Array]) -> None:
    """Checks everything that `Trainer.restore` takes.

    Raises:
        ValueError: naming what is wrong.
        LookupError: where something is missing.
        TypeError: where a list stands for a mapping, or the like.
    """
    for name in COUNTS:
        _check(name, state[name], _is_count(state[name]))
    averaged = state.get("averaged_steps", 0)  # which older checkpoints do not say
    _check("averaged_steps", averaged, _is_count(averaged))
    for name in AMOUNTS:
        _check(name, state[name], _is_amount(state[name]))
    tally, per_epoch = state["tally"], trainer.steps_per_epoch
    _check("tally.loss", tally["loss"], _is_number(tally["loss"]) and isfinite(tally["loss"]))
    _check("tally.divisor", tally["divisor"], _is_amount(tally["divisor"]))
    for name in ("best", "stopping"):
        if name == "best" or state[name] is not None:
            _check(name, state[name], _is_watched(state[name]))
    plateau = state.get("plateau")
    _check("plateau", plateau, plateau is None if trainer.plateau is None else _is_plateau(plateau))
    for name in ("last_record", "best_record"):
        _check(name, state[name], _is_record(state[name]))
    if per_epoch:  # otherwise there are no rows to go on with
        _check("step_in_epoch", state["step_in_epoch"], state["step_in_epoch"] <= per_epoch)
        for name in ("last_record", "best_record"):
            _check(name, state[name], bool(state[name]) or state["epoch"] == 0)
    _check_arrays(trainer, arrays, measured=tally["divisor"] > 0)


def _check(name: str, value: Any, right: bool) -> None:
    if not right:
        raise ValueError(f"{name} is {format_value(value)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (type(value) is int and abs(value) <= LARGEST)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _is_amount(value: Any) -> bool:
    return _is_number(value) and 0 <= value < float("inf")


def _is_watched(state: dict[str, Any]) -> bool:
    """Whether these are the values of a `Monitor`."""
    best = state["best"]
    return (best is None or _is_number(best)) and _is_count(state["best_epoch"]) and _is_count(state["waited"])


def _is_plateau(state: dict[str, Any]) -> bool:
    """Whether these are the values of a `Plateau`."""
    return _is_watched(state) and _is_count(state["reductions"]) and _is_count(state["resting"])


def _is_record(record: Any) -> bool:
    """Whether it is a row of metrics.csv, or none yet."""
    if not isinstance(record, dict):
        return False
    begun = not record or (_is_count(record.get("epoch")) and _is_count(record.get("step")))
    return begun and all(_is_number(value) for value in record.values())


def _check_arrays(trainer: Trainer, arrays: dict[str, Array], *, measured: bool) -> None:
    expected = trainer.arrays()
    if wrong := sorted(set(expected) ^ set(arrays)):
        raise ValueError(f"the array {wrong[0]!r} is {'missing' if wrong[0] in expected else 'of another model'}")
    for name, array in expected.items():
        given = arrays[name]
        if name.startswith((OPTIMIZER, WEIGHTS)) and (given.shape, given.dtype.newbyteorder("=")) != (
            array.shape,
            array.dtype,
        ):
            raise ValueError(f"the array {name!r} is {given.dtype.name} {given.shape}")
    metrics = trainer.executor.metrics
    for name, metric in zip(names_of(metrics), metrics, strict=True):
        state = arrays[f"{TALLY}{name}"]
        if state.ndim != 1 or state.dtype != np.float64 or not _fits(metric, state, trainer, measured=measured):
            raise ValueError(f"the array {TALLY + name!r} is {state.dtype.name} {state.shape}")


def _fits(metric: Metric, state: Array, trainer: Trainer, *, measured: bool) -> bool:
    """Whether a state is as long as those that a metric makes; of a user's own metric nothing is known."""
    if is_foreign(type(metric)):
        return True
    if not state.size:
        return not measured
    shape, of_classes = trainer.executor.network.shapes[-1], trainer.executor.loss.target_kind == "classes"
    row = np.zeros((1, *shape))
    with np.errstate(all="ignore"):
        own = metric.measure(row, np.zeros(1) if of_classes else row, None)
    if metric.keeps_rows:
        return bool(state[0] == own[0]) and (state.size - 1) % (own.size - 1) == 0
    return state.size == own.size
