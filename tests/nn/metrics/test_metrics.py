"""Metrics, compared with values computed by hand."""

from __future__ import annotations

from functools import reduce
from math import isnan, log, sqrt

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.registry import METRICS
from nncli.nn.metrics import (
    R2,
    Accuracy,
    Brier,
    LogLoss,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MedianAbsoluteError,
    RootMeanSquaredError,
    TopKAccuracy,
)


def score(metric, prediction, targets, weights=None):
    prediction, targets = np.array(prediction, np.float64), np.array(targets, np.float64)
    return metric.finish(metric.measure(prediction, targets, None if weights is None else np.array(weights)))


def column(*values):
    return [[value] for value in values]


def test_accuracy_of_several_classes():
    prediction = ((0.1, 0.6, 0.3), (0.5, 0.5, 0), (0.2, 0.2, 0.6), (1, 0, 0))
    assert score(Accuracy(), prediction, (1, 1, 2, 0)) == 0.75  # a tie predicts the first class
    assert score(Accuracy(), prediction, (1, 1, 2, 0), (1.0, 5, 1, 1)) == 3 / 8


def test_accuracy_of_a_single_probability():
    assert score(Accuracy(), column(0.7, 0.5, 0.2, 0.51), column(1, 1, 0, 1)) == 0.75  # 0.5 predicts class 0


def test_mean_absolute_error():
    assert score(MeanAbsoluteError(), column(1, 2, 6), column(2, 2, 1)) == 2
    assert score(MeanAbsoluteError(), ((1, 5), (3, 3)), ((1, 1), (1, 1))) == 2
    assert score(MeanAbsoluteError(), column(1, 2, 6), column(2, 2, 1), (3.0, 1, 0)) == 0.75


def test_root_mean_squared_error():
    assert score(RootMeanSquaredError(), column(1, 2, 6), column(2, 2, 1)) == pytest.approx(sqrt(26 / 3))
    assert score(RootMeanSquaredError(), ((1, 5), (3, 3)), ((1, 1), (1, 1))) == sqrt(6)
    assert score(RootMeanSquaredError(), column(1, 2, 6), column(2, 2, 1), (3.0, 1, 0)) == sqrt(0.75)


def test_r2():
    # squared deviations of 1, 2, 3, 6 from their mean 3: 4 + 1 + 0 + 9 = 14; squared errors: 1 + 0 + 0 + 4 = 5
    assert score(R2(), column(2, 2, 3, 4), column(1, 2, 3, 6)) == pytest.approx(1 - 5 / 14)
    assert score(R2(), column(3, 3, 3, 3), column(1, 2, 3, 6)) == 0
    assert score(R2(), column(9, 9, 9, 9), column(1, 2, 3, 6)) < 0


def test_r2_of_several_targets_is_the_mean_of_their_scores():
    assert score(R2(), ((1, 3), (2, 3)), ((1, 1), (2, 5))) == 0.5


def test_r2_of_constant_targets():
    assert score(R2(), column(2, 2, 2), column(2, 2, 2)) == 1
    assert score(R2(), column(2, 2, 3), column(2, 2, 2)) == 0
    assert score(R2(), column(3), column(2)) == 0


def test_r2_merges_parts_with_different_means():
    # the variance within each part is 0; the parts together have a sum of squares of 2 * 2 * (5 - 1)^2 / 4 = 16
    parts = [R2().measure(np.full((2, 1), mean + 1), np.full((2, 1), mean), None) for mean in (1.0, 5.0)]
    merged = R2().merge(*parts)
    np.testing.assert_allclose(merged, (4, 3, 16, 4))
    assert R2().finish(merged) == 0.75


def test_r2_of_large_targets_is_accurate_if_merged_row_by_row():
    random = np.random.default_rng(0)
    targets = 1e8 + random.standard_normal((300, 1))
    prediction = targets + 0.1 * random.standard_normal((300, 1))
    states = [R2().measure(prediction[i : i + 1], targets[i : i + 1], None) for i in range(300)]
    expected = 1 - ((prediction - targets) ** 2).sum() / ((targets - targets.mean()) ** 2).sum()
    assert R2().finish(reduce(R2().merge, states)) == pytest.approx(expected, rel=1e-6)


def test_top_k_accuracy():
    prediction = ((0.1, 0.6, 0.3), (0.5, 0.2, 0.3), (0.7, 0.2, 0.1))
    targets = (2, 2, 2)  # the target is the second, second and third most likely class
    assert [score(TopKAccuracy(k=k), prediction, targets) for k in (1, 2, 3)] == [0, 2 / 3, 1]
    assert score(TopKAccuracy(k=2), prediction, targets, (1.0, 2, 5)) == 3 / 8
    assert score(TopKAccuracy(), prediction, targets) == 1


def test_top_k_breaks_ties_in_favor_of_later_classes():
    alike = np.full((3, 3), 1 / 3)
    assert [score(TopKAccuracy(k=k), alike, (0, 1, 2)) for k in (1, 2, 3)] == [1 / 3, 2 / 3, 1]
    assert score(TopKAccuracy(k=1), alike[:1], (2,)) == 1
    assert score(TopKAccuracy(k=1), alike[:1], (0,)) == 0


def test_top_1_of_two_classes_is_the_accuracy():
    prediction, targets = column(0.7, 0.5, 0.2, 0.51), column(1, 1, 0, 1)
    assert score(TopKAccuracy(k=1), prediction, targets) == score(Accuracy(), prediction, targets) == 0.75
    assert score(TopKAccuracy(k=2), prediction, targets) == 1
    assert score(TopKAccuracy(k=1), ((0.5, 0.5),), (0,)) == 1


def test_a_nan_probability_is_not_in_the_top_k():
    assert score(TopKAccuracy(k=1), ((np.nan, 0.2, 0.3), (np.nan, np.nan, np.nan)), (0, 2)) == 0


def test_log_loss():
    assert score(LogLoss(), column(0.8, 0.4), column(1, 0)) == pytest.approx(-(log(0.8) + log(0.6)) / 2)
    assert score(LogLoss(), ((0.2, 0.5, 0.3), (0.1, 0.1, 0.8)), (1, 2), (3.0, 1)) == pytest.approx(
        -(3 * log(0.5) + log(0.8)) / 4
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_loss_clips_probabilities_to_the_machine_epsilon(dtype):
    epsilon = float(np.finfo(dtype).eps)
    metric, wrong, classes = LogLoss(), np.array([[0], [1]], dtype), np.array([[1], [0]])
    assert metric.finish(metric.measure(wrong, classes, None)) == pytest.approx(-log(epsilon), rel=1e-12)
    assert metric.finish(metric.measure(wrong, 1 - classes, None)) == pytest.approx(epsilon, rel=1e-6)
    three = np.eye(3, dtype=dtype)
    assert metric.finish(metric.measure(three, np.array((1, 2, 0)), None)) == pytest.approx(-log(epsilon), rel=1e-12)


def test_the_brier_score_is_halved_only_for_two_classes():
    assert score(Brier(), column(0.8, 0.4), column(1, 0)) == pytest.approx((0.04 + 0.16) / 2)
    assert score(Brier(), ((0.2, 0.8), (0.6, 0.4)), (1, 0)) == pytest.approx((0.04 + 0.16) / 2)
    assert score(Brier(), ((0.2, 0.5, 0.3),), (1,)) == pytest.approx(0.04 + 0.25 + 0.09)
    assert score(Brier(), ((1, 0, 0), (1, 0, 0)), (1, 0), (1.0, 3)) == 2 / 4


def test_mean_absolute_percentage_error():
    assert score(MeanAbsolutePercentageError(), column(1, 3, -8), column(2, 2, -4)) == pytest.approx(
        (0.5 + 0.5 + 1) / 3
    )
    assert score(MeanAbsolutePercentageError(), ((1, 2), (3, 2)), ((2, 2), (2, 4))) == (0.5 + 0 + 0.5 + 0.5) / 4
    assert score(MeanAbsolutePercentageError(), column(1, 3), column(2, 3), (1.0, 3)) == 0.125
    assert score(MeanAbsolutePercentageError(), column(0, 3), column(0, 3)) == 0
    assert score(MeanAbsolutePercentageError(), column(1), column(0)) == 2.0**52


def test_median_absolute_error():
    assert score(MedianAbsoluteError(), column(1, 2, 9), column(1, 1, 1)) == 1
    assert score(MedianAbsoluteError(), column(1, 2, 9, 4), column(1, 1, 1, 1)) == 2  # errors 0, 1, 3, 8
    assert score(MedianAbsoluteError(), ((1, 5), (3, 3), (1, 1)), ((1, 1), (1, 1), (1, 1))) == 1  # mean of 0 and 2
    assert score(MedianAbsoluteError(), column(3), column(-1)) == 4


def test_weighted_median_absolute_error():
    errors, none = column(0, 1, 3, 8), column(0, 0, 0, 0)
    assert score(MedianAbsoluteError(), errors, none, (1.0, 1, 1, 5)) == 8
    assert score(MedianAbsoluteError(), errors, none, (1.0, 1, 1, 3)) == (3 + 8) / 2  # errors <= 3 weigh 3 of 6
    assert score(MedianAbsoluteError(), errors, none, (1.0, 1, 1, 2)) == 3
    assert score(MedianAbsoluteError(), errors, none, (1.0, 1, 0, 2)) == (1 + 8) / 2  # the error 3 has the weight 0
    assert score(MedianAbsoluteError(), errors, none, (0, 1.0, 0, 0)) == 1
    assert score(MedianAbsoluteError(), errors, none, (2.0, 0, 0, 0)) == 0


def test_a_nan_error_gives_a_nan_median():
    assert isnan(score(MedianAbsoluteError(), column(1, np.nan, 2), column(1, 1, 1)))


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("auc", "roc_auc"),
        ("brier_score", "brier"),
        ("medae", "median_absolute_error"),
        ("mean_absolute_percentage_error", "mape"),
    ],
)
def test_aliases(alias, name):
    assert build(METRICS, alias) == build(METRICS, name)


def test_metrics_declare_their_direction_and_target_kind():
    better = {
        metric.type_name: metric.higher_is_better for metric in (Accuracy, R2, MeanAbsoluteError, RootMeanSquaredError)
    }
    assert better == {"accuracy": True, "r2": True, "mae": False, "rmse": False}
    assert Accuracy.target_kind == "classes"
    assert R2.target_kind == MeanAbsoluteError.target_kind == RootMeanSquaredError.target_kind == "numbers"


@pytest.mark.parametrize("rows", [10, 50, 1000])
@pytest.mark.parametrize("size", [3, 37, 1000])
def test_r2_of_equal_targets_does_not_depend_on_batch_size(rows, size):
    targets = np.full((rows, 1), 0.1)
    for prediction, expected in ((targets + 0.01, 0.0), (targets, 1.0)):
        state = np.empty(0)
        for start in range(0, rows, size):
            part = slice(start, start + size)
            state = R2().merge(state, R2().measure(prediction[part], targets[part], None))
        assert R2().finish(state) == expected
