"""Quantiles of the residuals."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.evaluation.residual_quantiles import QUANTILES, ResidualQuantiles
from nncli.nn.evaluation.running_metrics import RunningMetrics

RANDOM = np.random.default_rng(12)
SHARES = {"min": 0, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "max": 1}


def reports(prediction, targets, weights=None, size=None):
    """Return the quantiles of every target, from rows that are added in batches of `size` rows."""
    tally = RunningMetrics([ResidualQuantiles()])
    for start in range(0, len(prediction), size or len(prediction)):
        some = slice(start, start + (size or len(prediction)))
        tally.add(0.0, 1.0, tally.measure(prediction[some], targets[some], None if weights is None else weights[some]))
    return ResidualQuantiles().report(tally.states[0])


def linear(values, share):
    """Return the quantile `share`, interpolated linearly between the two nearest values."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def by_weight(values, weights, share):
    """Return the smallest value at which the cumulative weight is at least `share` of the total."""
    there = sorted((value, weight) for value, weight in zip(values, weights, strict=True) if weight > 0)
    below = 0.0
    for value, weight in there:
        below += weight
        if below >= share * sum(weight for _, weight in there) - 1e-12:
            return value
    return there[-1][0]


def test_quantiles_have_the_documented_names():
    assert QUANTILES == SHARES


@pytest.mark.parametrize("rows", [1, 2, 3, 24, 101])
@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("size", [None, 1, 7])
def test_quantiles_match_linear_interpolation(rows, units, size):
    prediction, targets = RANDOM.normal(size=(2, rows, units))
    found = reports(prediction, targets, size=size)
    assert len(found) == units
    for unit, quantiles in enumerate(found):
        residuals = (targets - prediction)[:, unit].tolist()
        assert quantiles == pytest.approx({name: linear(residuals, share) for name, share in SHARES.items()}, rel=1e-12)


def test_residual_is_target_minus_prediction():
    (found,) = reports(np.array([[10.0], [10.0]]), np.array([[13.0], [11.0]]))
    assert (found["min"], found["median"], found["max"]) == (1, 2, 3)


@pytest.mark.parametrize("rows", [1, 2, 24, 101])
@pytest.mark.parametrize("units", [1, 3])
def test_weighted_quantiles_match_the_definition(rows, units):
    prediction, targets = RANDOM.normal(size=(2, rows, units))
    weights = RANDOM.integers(0, 5, rows) + 0.0
    weights[0] = 2.5
    for unit, quantiles in enumerate(reports(prediction, targets, weights, size=5)):
        residuals = (targets - prediction)[:, unit].tolist()
        if len(set(weights[weights > 0])) > 1:
            expected = {name: by_weight(residuals, weights, share) for name, share in SHARES.items()}
            assert quantiles == pytest.approx(expected, rel=1e-12)
        assert quantiles["min"] == min(value for value, weight in zip(residuals, weights, strict=True) if weight)


@pytest.mark.parametrize("weight", [1.0, 0.25, 3.0])
def test_equal_weights_give_the_same_quantiles_as_no_weights(weight):
    prediction, targets = RANDOM.normal(size=(2, 20, 2))
    assert reports(prediction, targets, np.full(20, weight)) == reports(prediction, targets)


def test_rows_of_weight_zero_are_left_out():
    prediction, targets = RANDOM.normal(size=(2, 20, 1))
    weights = np.array([0.0, 1.0] * 10)
    targets[::2] = 1e6
    assert reports(prediction, targets, weights) == reports(prediction[1::2], targets[1::2])


def test_targets_may_have_several_axes_and_dtype_float32():
    prediction, targets = RANDOM.normal(size=(2, 9, 2, 2)).astype(np.float32)
    found = reports(prediction, targets)
    assert len(found) == 4
    flat = (targets.astype(float) - prediction.astype(float)).reshape(9, 4)
    assert [quantiles["max"] for quantiles in found] == flat.max(axis=0).tolist()
