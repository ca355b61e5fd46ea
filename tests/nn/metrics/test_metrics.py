"""Metrics, worked by hand."""

from __future__ import annotations

from functools import reduce
from math import sqrt

import numpy as np
import pytest

from nncli.nn.metrics import R2, Accuracy, MeanAbsoluteError, RootMeanSquaredError


def score(metric, prediction, targets, weights=None):
    prediction, targets = np.array(prediction, np.float64), np.array(targets, np.float64)
    return metric.finish(metric.measure(prediction, targets, None if weights is None else np.array(weights)))


def column(*values):
    return [[value] for value in values]


def test_accuracy_of_several_classes():
    prediction = ((0.1, 0.6, 0.3), (0.5, 0.5, 0), (0.2, 0.2, 0.6), (1, 0, 0))
    assert score(Accuracy(), prediction, (1, 1, 2, 0)) == 0.75  # of two that tie the first is meant
    assert score(Accuracy(), prediction, (1, 1, 2, 0), (1.0, 5, 1, 1)) == 3 / 8


def test_accuracy_of_one_probability():
    assert score(Accuracy(), column(0.7, 0.5, 0.2, 0.51), column(1, 1, 0, 1)) == 0.75  # a half is class 0


def test_mean_absolute_error():
    assert score(MeanAbsoluteError(), column(1, 2, 6), column(2, 2, 1)) == 2
    assert score(MeanAbsoluteError(), ((1, 5), (3, 3)), ((1, 1), (1, 1))) == 2
    assert score(MeanAbsoluteError(), column(1, 2, 6), column(2, 2, 1), (3.0, 1, 0)) == 0.75


def test_root_mean_squared_error():
    assert score(RootMeanSquaredError(), column(1, 2, 6), column(2, 2, 1)) == pytest.approx(sqrt(26 / 3))
    assert score(RootMeanSquaredError(), ((1, 5), (3, 3)), ((1, 1), (1, 1))) == sqrt(6)
    assert score(RootMeanSquaredError(), column(1, 2, 6), column(2, 2, 1), (3.0, 1, 0)) == sqrt(0.75)


def test_r2():
    # targets 1, 2, 3, 6 about their mean 3: 4 + 1 + 0 + 9 = 14; squares left 1 + 0 + 0 + 4 = 5
    assert score(R2(), column(2, 2, 3, 4), column(1, 2, 3, 6)) == pytest.approx(1 - 5 / 14)
    assert score(R2(), column(3, 3, 3, 3), column(1, 2, 3, 6)) == 0
    assert score(R2(), column(9, 9, 9, 9), column(1, 2, 3, 6)) < 0


def test_r2_of_several_units_is_their_mean():
    assert score(R2(), ((1, 3), (2, 3)), ((1, 1), (2, 5))) == 0.5


def test_r2_of_targets_without_spread():
    assert score(R2(), column(2, 2, 2), column(2, 2, 2)) == 1
    assert score(R2(), column(2, 2, 3), column(2, 2, 2)) == 0
    assert score(R2(), column(3), column(2)) == 0


def test_r2_of_parts_whose_means_lie_apart():
    # within the parts there is no spread at all; between them it is 2 * 2 * (5 - 1)^2 / 4 = 16
    parts = [R2().measure(np.full((2, 1), mean + 1), np.full((2, 1), mean), None) for mean in (1.0, 5.0)]
    merged = R2().merge(*parts)
    np.testing.assert_allclose(merged, (4, 3, 16, 4))
    assert R2().finish(merged) == 0.75


def test_r2_far_from_zero_row_by_row():
    random = np.random.default_rng(0)
    targets = 1e8 + random.standard_normal((300, 1))
    prediction = targets + 0.1 * random.standard_normal((300, 1))
    states = [R2().measure(prediction[i : i + 1], targets[i : i + 1], None) for i in range(300)]
    expected = 1 - ((prediction - targets) ** 2).sum() / ((targets - targets.mean()) ** 2).sum()
    assert R2().finish(reduce(R2().merge, states)) == pytest.approx(expected, rel=1e-6)


def test_which_way_is_better():
    better = {
        metric.type_name: metric.higher_is_better for metric in (Accuracy, R2, MeanAbsoluteError, RootMeanSquaredError)
    }
    assert better == {"accuracy": True, "r2": True, "mae": False, "rmse": False}
    assert Accuracy.target_kind == "classes"
    assert R2.target_kind == MeanAbsoluteError.target_kind == RootMeanSquaredError.target_kind == "numbers"
