"""Precision, recall and F1, compared with values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError, UserError
from nncli.nn.metrics import F1, Precision, Recall

# target -> predicted class of the six rows: 0->0, 0->0, 0->1, 1->1, 1->2, 2->0
TARGETS = np.array((0, 0, 0, 1, 1, 2))
CHOSEN = np.array((0, 0, 1, 1, 2, 0))
THREE = np.eye(3)[CHOSEN]


def score(metric, prediction, targets, weights=None):
    return metric.finish(metric.measure(np.asarray(prediction, np.float64), np.asarray(targets), weights))


@pytest.mark.parametrize(
    ("metric", "macro", "weighted", "micro"),
    [
        (Precision, (2 / 3 + 1 / 2 + 0) / 3, (3 * 2 / 3 + 2 * 1 / 2 + 0) / 6, 3 / 6),
        (Recall, (2 / 3 + 1 / 2 + 0) / 3, (3 * 2 / 3 + 2 * 1 / 2 + 0) / 6, 3 / 6),
        (F1, (2 / 3 + 1 / 2 + 0) / 3, (3 * 2 / 3 + 2 * 1 / 2 + 0) / 6, 3 / 6),
    ],
)
def test_macro_weighted_and_micro_averages(metric, macro, weighted, micro):
    assert score(metric(), THREE, TARGETS) == score(metric(average="macro"), THREE, TARGETS) == pytest.approx(macro)
    assert score(metric(average="weighted"), THREE, TARGETS) == pytest.approx(weighted)
    assert score(metric(average="micro"), THREE, TARGETS) == pytest.approx(micro)


def test_precision_and_recall_differ():
    # class 1 is predicted for rows 0, 1 and 2 (correctly for 0 and 1); rows 0, 1, 3 and 4 belong to class 1
    probability, targets = ((0.9,), (0.8,), (0.7,), (0.5,), (0.1,), (0,)), ((1,), (1,), (0,), (1,), (1,), (0,))
    assert score(Precision(), probability, targets) == 2 / 3
    assert score(Recall(), probability, targets) == 2 / 4
    assert score(F1(), probability, targets) == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    weights = np.array((3.0, 1, 2, 0.5, 0.25, 7))
    assert score(Precision(), probability, targets, weights) == 4 / 6
    assert score(Recall(), probability, targets, weights) == 4 / 4.75
    assert score(F1(), probability, targets, weights) == 8 / (6 + 4.75)


def test_the_second_of_two_classes_is_the_positive_class():
    two = np.eye(2)[[0, 0, 0, 1]]
    assert score(Recall(), two, (0, 0, 1, 1)) == 1 / 2
    assert score(Recall(average="binary"), two, (0, 0, 1, 1)) == 1 / 2
    assert score(Recall(average="macro"), two, (0, 0, 1, 1)) == (1 + 1 / 2) / 2


@pytest.mark.parametrize("metric", [Precision, Recall, F1])
def test_zero_divided_by_zero_counts_as_0(metric):
    assert score(metric(), ((0.1,), (0.2,)), ((0,), (0,))) == 0
    assert score(metric(), ((0.1,), (0.2,)), ((1,), (1,))) == 0
    assert score(metric(), ((0.9,), (0.8,)), ((0,), (0,))) == 0


def test_absent_classes_are_left_out_of_macro_averages():
    four = np.eye(4)[[0, 0, 1]]  # class 3 is neither a target nor predicted
    assert score(Precision(), four, (0, 2, 1)) == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert score(Recall(), four, (0, 2, 1)) == pytest.approx((1 + 1 + 0) / 3)


def test_a_class_that_occurs_only_in_rows_of_weight_0_is_present():
    three, targets = np.eye(3)[[0, 1, 2]], (0, 1, 1)
    assert score(Recall(), three[:2], targets[:2], np.array((1.0, 1))) == 1
    assert score(Recall(), three, targets, np.array((1.0, 1, 0))) == pytest.approx(2 / 3)
    assert score(Recall(average="weighted"), three, targets, np.array((1.0, 1, 0))) == 1
    assert score(Recall(average="micro"), three, targets, np.array((1.0, 1, 0))) == 1


@pytest.mark.parametrize("metric", [Precision, Recall, F1])
def test_binary_average_is_refused_for_three_classes(metric):
    with pytest.raises(UserError, match="average: binary is for 2 classes, and there are 3; write macro"):
        score(metric(average="binary"), THREE, TARGETS)
    assert metric(average="binary").classes_fault(2) is None
    assert metric().classes_fault(3) is None
    with pytest.raises(ConfigError, match=r"average: expected one of binary, macro, weighted, micro or null"):
        metric(average="samples")
