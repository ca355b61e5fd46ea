"""Metrics of multi-label targets, compared with values computed by hand."""

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

# first label: 2 true positives, 1 false positive; second label: no true or false positives, 2 false negatives
PREDICTION = np.array(((0.9, 0.1), (0.8, 0.5), (0.7, 0.2), (0.1, 0.3)))
TARGETS = np.array(((1.0, 0), (1, 1), (0, 0), (0, 1)))
WEIGHTS = np.array((1.0, 2, 3, 4))


def score(metric, weights=None):
    return metric.finish(metric.measure(PREDICTION, TARGETS, weights))


def test_a_probability_of_one_half_does_not_predict_the_label():
    np.testing.assert_array_equal(labels_of(PREDICTION), ((1, 0), (1, 0), (1, 0), (0, 0)))
    assert labels_of(PREDICTION).dtype == np.int64


def test_accuracy_is_the_fraction_of_correct_labels():
    assert score(Accuracy()) == 5 / 8
    assert score(Accuracy(), WEIGHTS) == (1 * 2 + 2 * 1 + 3 * 1 + 4 * 1) / 20


@pytest.mark.parametrize(
    ("metric", "each", "micro"), [(Precision, (2 / 3, 0), 2 / 3), (Recall, (1, 0), 1 / 2), (F1, (4 / 5, 0), 4 / 7)]
)
def test_averages_over_the_labels(metric, each, micro):
    assert score(metric()) == score(metric(average="macro")) == sum(each) / 2, "an unpredicted label has the score 0"
    assert score(metric(average="weighted")) == each[0] / 2, "each label has two positives"
    assert score(metric(average="micro")) == pytest.approx(micro)


def test_weighted_average_uses_the_row_weights_of_each_label():
    # the positives of the labels weigh 3 and 6; only those of the first label are found
    assert score(Recall(average="weighted"), WEIGHTS) == pytest.approx(3 / 9)


def test_rankings_are_averaged_over_labels():
    # for both labels, both positives are ranked above both negatives
    assert score(RocAuc()) == score(AveragePrecision()) == 1
    swapped = RocAuc().measure(PREDICTION[:, ::-1], TARGETS, None)
    # first label: positives score 0.1 and 0.5, negatives 0.2 and 0.3, so 2 of 4 pairs are in the right order
    # second label: positives score 0.8 and 0.1, negatives 0.9 and 0.7, so 1 of 4 pairs is in the right order
    assert RocAuc().finish(swapped) == (2 / 4 + 1 / 4) / 2


def test_two_labels_are_distinguished_from_two_classes():
    assert is_multi_label(TARGETS)
    assert not is_multi_label(TARGETS[:, :1])
    assert not is_multi_label(TARGETS[:, 0])
    as_classes = F1().measure(PREDICTION, TARGETS[:, 1], None)
    assert len(as_classes) == 8
    assert F1().finish(as_classes) == 2 / 3, "binary: 1 true positive, no false positive, 1 false negative"
    assert F1().finish(F1().measure(PREDICTION, TARGETS, None)) == 2 / 5, "macro"


def test_label_counts_reports_scores_for_each_label():
    report = LabelCounts().report(LabelCounts().measure(PREDICTION, TARGETS, WEIGHTS), 2)
    assert report.confusion is None
    np.testing.assert_allclose(report.precision, (3 / 6, 0))
    np.testing.assert_allclose(report.recall, (1, 0))
    np.testing.assert_allclose(report.f1, (2 / 3, 0))
    np.testing.assert_array_equal(report.support, (3, 6))


def test_unsuitable_metrics_refuse_multi_label_targets():
    who, task = "binary_cross_entropy", Task("multi_label")
    for metric in METRICS:
        fault = metric_problem(metric(), task, who)
        assert (fault is None) == metric.supports_multi_label
        assert fault is None or "but binary_cross_entropy learns multi-label targets; these are measured by" in fault
    message = metric_problem(Brier(), task, who)
    assert message.endswith("measured by accuracy, average_precision, f1, precision, recall, roc_auc")
    assert metric_problem(F1(average="binary"), task, who) == (
        "average: binary is for 2 classes, not for multi-label targets; write macro, weighted or micro"
    )
    with pytest.raises(ConfigError):
        F1(average="samples")


def test_plugins_may_use_the_old_name_of_supports_multi_label():
    class OwnMetric(Brier):
        measures_labels = True

    class Derived(OwnMetric):
        supports_multi_label = False

    assert OwnMetric.supports_multi_label
    assert (Derived.supports_multi_label, Derived.measures_labels) == (False, False)
    assert F1.measures_labels
