"""Metrics of multi-label targets, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.core.registry import METRICS
from nncli.core.task import Task
from nncli.nn.evaluation.classification_report import LabelCounts
from nncli.nn.loss import labels_of
from nncli.nn.metric import is_multi_label, metric_problem
from nncli.nn.metrics import F1, Accuracy, AveragePrecision, Brier, Precision, Recall, RocAuc

# of the first label both ones are found and one more; of the second neither is, and nothing else is taken for one
PREDICTION = np.array(((0.9, 0.1), (0.8, 0.5), (0.7, 0.2), (0.1, 0.3)))
TARGETS = np.array(((1.0, 0), (1, 1), (0, 0), (0, 1)))
WEIGHTS = np.array((1.0, 2, 3, 4))


def score(metric, weights=None):
    return metric.finish(metric.measure(PREDICTION, TARGETS, weights))


def test_a_probability_of_one_half_is_not_predicted():
    np.testing.assert_array_equal(labels_of(PREDICTION), ((1, 0), (1, 0), (1, 0), (0, 0)))
    assert labels_of(PREDICTION).dtype == np.int64


def test_accuracy_counts_entries():
    assert score(Accuracy()) == 5 / 8
    assert score(Accuracy(), WEIGHTS) == (1 * 2 + 2 * 1 + 3 * 1 + 4 * 1) / 20


@pytest.mark.parametrize(
    ("metric", "each", "micro"), [(Precision, (2 / 3, 0), 2 / 3), (Recall, (1, 0), 1 / 2), (F1, (4 / 5, 0), 4 / 7)]
)
def test_averages_over_the_labels(metric, each, micro):
    assert score(metric()) == score(metric(average="macro")) == sum(each) / 2, "a label never predicted counts as 0"
    assert score(metric(average="weighted")) == each[0] / 2, "there are two rows of each"
    assert score(metric(average="micro")) == pytest.approx(micro)


def test_weighted_by_the_rows_of_a_label():
    # ones of weight 3 and of weight 6; the first label is found wholly
    assert score(Recall(average="weighted"), WEIGHTS) == pytest.approx(3 / 9)


def test_rankings():
    # first label: both ones before both zeros; second: 0.5 before all, 0.3 before both zeros
    assert score(RocAuc()) == score(AveragePrecision()) == 1
    swapped = RocAuc().measure(PREDICTION[:, ::-1], TARGETS, None)
    # 0.1 0.5 against 0.2 0.3: won 2 of 4; 0.8 0.1 against 0.9 0.7: won 1 of 4
    assert RocAuc().finish(swapped) == (2 / 4 + 1 / 4) / 2


def test_two_labels_are_not_two_classes():
    assert is_multi_label(TARGETS)
    assert not is_multi_label(TARGETS[:, :1])
    assert not is_multi_label(TARGETS[:, 0])
    as_classes = F1().measure(PREDICTION, TARGETS[:, 1], None)
    assert len(as_classes) == 8
    assert F1().finish(as_classes) == 2 / 3, "binary: of the second class one row of two, and no other"
    assert F1().finish(F1().measure(PREDICTION, TARGETS, None)) == 2 / 5, "macro"


def test_the_report_of_every_label():
    report = LabelCounts().report(LabelCounts().measure(PREDICTION, TARGETS, WEIGHTS), 2)
    assert report.confusion is None
    np.testing.assert_allclose(report.precision, (3 / 6, 0))
    np.testing.assert_allclose(report.recall, (1, 0))
    np.testing.assert_allclose(report.f1, (2 / 3, 0))
    np.testing.assert_array_equal(report.support, (3, 6))


def test_metrics_that_do_not_fit_multi_label_targets():
    who, task = "binary_cross_entropy", Task("multi_label")
    for metric in METRICS:
        fault = metric_problem(metric(), task, who)
        assert (fault is None) == metric.supports_multi_label
        assert fault is None or "but binary_cross_entropy learns multi-label targets; these are measured by" in fault
    told = metric_problem(Brier(), task, who)
    assert told.endswith("measured by accuracy, average_precision, f1, precision, recall, roc_auc")
    assert metric_problem(F1(average="binary"), task, who) == (
        "average: binary is for 2 classes, not for multi-label targets; write macro, weighted or micro"
    )
    with pytest.raises(ConfigError):
        F1(average="samples")


def test_plugins_may_set_the_earlier_name():
    class OwnMetric(Brier):
        measures_labels = True

    class Derived(OwnMetric):
        supports_multi_label = False

    assert OwnMetric.supports_multi_label
    assert (Derived.supports_multi_label, Derived.measures_labels) == (False, False)
    assert F1.measures_labels
