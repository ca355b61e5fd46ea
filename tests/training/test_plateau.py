"""Test reductions of the learning rate on plateaus."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau


def reductions(values, patience, cooldown=0, **keys):
    """Return the number of reductions so far after every epoch."""
    plateau, found = Plateau(Monitor("x", **keys), patience, cooldown), []
    for epoch, value in enumerate(values, 1):
        plateau.update({"epoch": epoch, "x": value})
        found.append(plateau.reductions)
    return found


def by_definition(values, patience, cooldown, min_delta, higher):
    """Return the same numbers as `reductions`, computed for every epoch from all earlier epochs."""
    found, reduced = [], [-1]  # the start, then the epoch of every reduction
    for epoch in range(len(values)):
        sign = 1 if higher else -1
        better, best = [], -np.inf
        for index, value in enumerate(values[: epoch + 1]):
            if sign * value - best > min_delta:
                best = sign * value
                better.append(index)
        counted_from = reduced[-1] + (cooldown if len(reduced) > 1 else 0)
        if epoch - max(better[-1], counted_from) >= patience:
            reduced.append(epoch)
        found.append(len(reduced) - 1)
    return found


def test_the_rate_is_reduced_after_patience_epochs_and_the_count_restarts():
    assert reductions([3, 2, 2, 2, 1, 1, 1, 1, 1], patience=2) == [0, 0, 0, 1, 1, 1, 2, 2, 3]
    assert reductions([1, 1, 1], patience=1) == [0, 1, 2]


def test_epochs_of_the_cooldown_do_not_count():
    assert reductions([1] * 9, patience=2, cooldown=1) == [0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert reductions([3, 3, 2, 3, 3, 3], patience=1, cooldown=2) == [0, 1, 1, 1, 2, 2]  # the value 2 is an improvement


def test_higher_values_can_count_as_better():
    assert reductions([1, 2, 3, 3, 2], patience=1, higher_is_better=True) == [0, 0, 0, 1, 2]
    assert reductions([1, 2, 3, 3, 2], patience=1) == [0, 1, 2, 3, 4]


def test_nan_does_not_count_as_an_improvement():
    assert reductions([1, np.nan, np.nan, 0.5], patience=2) == [0, 0, 1, 1]


@pytest.mark.parametrize("seed", range(20))
def test_reductions_agree_with_the_definition(seed):
    random = np.random.default_rng(seed)
    values = random.integers(0, 30, 60) / 10
    patience, cooldown, delta = int(random.integers(1, 5)), int(random.integers(0, 4)), float(random.integers(0, 3)) / 8
    higher = bool(seed % 2)
    expected = by_definition(values, patience, cooldown, delta, higher)
    assert reductions(values, patience, cooldown, min_delta=delta, higher_is_better=higher) == expected
    assert expected[-1] > 1


def test_plateau_continues_from_a_stored_state():
    values = [3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1]
    whole = reductions(values, patience=2, cooldown=1)
    for stop in range(1, len(values)):
        first, second = (Plateau(Monitor("x"), 2, 1) for _ in range(2))
        for epoch, value in enumerate(values, 1):
            (first if epoch <= stop else second).update({"epoch": epoch, "x": value})
            if epoch == stop:
                second.restore(json.loads(json.dumps(first.state())))
        assert second.reductions == whole[-1]


def test_a_later_plateau_continues_the_count_if_it_monitors_the_same_column():
    first, second, other = (Plateau(Monitor(name), 3) for name in ("val_loss", "val_loss", "train_loss"))
    for epoch in (1, 2, 3):
        first.update({"epoch": epoch, "val_loss": 1.0})
    second.continue_from(first)
    second.update({"epoch": 4, "val_loss": 1.0})
    assert (first.reductions, second.reductions) == (0, 1)
    other.continue_from(second)
    assert (other.reductions, other.monitor.best) == (1, None)
