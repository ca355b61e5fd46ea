"""ROC AUC and average precision, compared with values computed by hand."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from nncli.nn.metrics import AveragePrecision, RocAuc


def score(metric, prediction, targets, weights=None):
    weights = None if weights is None else np.array(weights, np.float64)
    return metric.finish(metric.measure(np.array(prediction, np.float64), np.array(targets), weights))


def column(*values):
    return [[value] for value in values]


def test_roc_auc_counts_ordered_pairs():
    # positives 0.8 and 0.4, negatives 0.6 and 0.1: 0.8 is above both negatives, 0.4 is above one
    assert score(RocAuc(), column(0.8, 0.4, 0.6, 0.1), column(1, 1, 0, 0)) == 3 / 4
    assert score(RocAuc(), column(0.8, 0.4, 0.6, 0.1), column(0, 0, 1, 1)) == 1 / 4


def test_tied_pairs_count_one_half():
    assert score(RocAuc(), column(0.5, 0.5, 0.5), column(1, 0, 0)) == 1 / 2
    assert score(RocAuc(), column(0.8, 0.4, 0.4, 0.1), column(1, 1, 0, 0)) == (2 + 1 + 1 / 2) / 4


def test_weights_of_pairs_multiply():
    # positives have weights 1 and 3, negatives 2 and 1: ordered pairs weigh 1 * 3 + 3 * 1, all pairs 4 * 3
    assert score(RocAuc(), column(0.8, 0.4, 0.6, 0.1), column(1, 1, 0, 0), (1, 3, 2, 1)) == 6 / 12


def test_average_precision_sums_precision_over_recall_steps():
    # by descending score, the targets are 1 0 1 0: recall 1/2 at precision 1, recall 1 at precision 2/3
    prediction, targets = column(0.8, 0.4, 0.6, 0.1), column(1, 1, 0, 0)
    assert score(AveragePrecision(), prediction, targets) == pytest.approx(1 / 2 * 1 + 1 / 2 * 2 / 3)
    # by descending score, the weights are 1 (positive), 2 (negative), 3 (positive): recall 1/4 at precision 1, 1 at 4/6
    assert score(AveragePrecision(), prediction, targets, (1, 3, 2, 9)) == pytest.approx(1 / 4 + 3 / 4 * 4 / 6)


def test_tied_rows_share_a_threshold():
    for targets in (column(1, 0, 0), column(0, 0, 1)):
        assert score(AveragePrecision(), column(0.5, 0.5, 0.5), targets) == pytest.approx(1 / 3)


def test_targets_of_a_single_class():
    prediction = column(0.3, 0.9)
    for targets, expected in ((column(0, 0), 0), (column(1, 1), 1)):
        assert isnan(score(RocAuc(), prediction, targets))
        assert score(AveragePrecision(), prediction, targets) == expected
    assert isnan(score(RocAuc(), prediction, column(0, 1), (0, 1)))


def test_the_second_of_two_columns_is_used_as_the_score():
    assert score(RocAuc(), ((0.9, 0.8), (0, 0.4), (0, 0.6), (0, 0.1)), (1, 1, 0, 0)) == 3 / 4


def test_several_classes_are_averaged():
    # correctly ordered pairs of a positive and a negative: class 0: 0.9 and 0.1 with 0.2 and 0.1: 2.5 of 4;
    # class 1: 0.6 with 0, 0.5 and 0.7: 2 of 3; class 2: 0.8 with 0.1, 0.4 and 0.2: 3 of 3
    prediction = ((0.9, 0, 0.1), (0.1, 0.5, 0.4), (0.2, 0.6, 0.2), (0.1, 0.7, 0.8))
    targets = (0, 0, 1, 2)
    each = np.array((2.5 / 4, 2 / 3, 1))
    assert score(RocAuc(), prediction, targets) == pytest.approx(each.mean())
    assert score(RocAuc(average="weighted"), prediction, targets) == pytest.approx(
        (2 * each[0] + each[1] + each[2]) / 4
    )


def test_classes_without_rows_affect_only_macro_averages():
    prediction, targets = np.eye(3)[[0, 1, 0, 1]], (0, 1, 0, 1)
    assert isnan(score(RocAuc(), prediction, targets))
    assert score(RocAuc(average="weighted"), prediction, targets) == 1
    assert score(AveragePrecision(), prediction, targets) == pytest.approx(2 / 3)
    assert score(AveragePrecision(average="weighted"), prediction, targets) == 1


@pytest.mark.parametrize("metric", [RocAuc(), AveragePrecision()])
def test_a_nan_probability_gives_nan(metric):
    assert isnan(score(metric, column(0.2, np.nan, 0.9), column(0, 1, 1)))
    assert isnan(score(metric, ((0.2, 0.3, np.nan), (0.1, 0.2, 0.7)), (0, 1)))


def test_the_state_has_three_numbers_per_row_for_two_classes():
    state = RocAuc().measure(np.array([[0.25], [0.75]], np.float32), np.array([[0], [1]]), None)
    assert state.tolist() == [3, 0.25, 0, 1, 0.75, 1, 1]
    assert RocAuc().measure(np.ones((5, 4), np.float32), np.arange(5) % 4, None).nbytes == 8 * (1 + 5 * (4 + 2))
