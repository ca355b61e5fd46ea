"""Names of earlier versions that plugins may still use."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from nncli.assemble.checks.loss_fit import check_loss
from nncli.core.task import Task
from nncli.nn.context import PassState
from nncli.nn.layers.dense import Dense
from nncli.nn.loss import Loss
from nncli.nn.metric import Metric, metric_problem


@dataclass(frozen=True)
class EarlierLoss(Loss):
    type_name = "earlier"
    least_target = 0

    def of_constant(self, targets, weights=None):
        return 2.5

    def ending_fault(self, last, output_range):
        return f"never after {last}"

    def for_several_labels(self):
        return self

    def loss_fault(self, output_shape):
        return "two units at least" if output_shape == (1,) else None

    def output_fault(self, output_shape, target_shape, classes):
        return None if output_shape == target_shape else f"{output_shape} is not {target_shape}"


def test_earlier_loss_methods_still_work():
    loss = EarlierLoss()
    assert loss.baseline(None) == 2.5
    assert loss.last_layer_problem("relu", None) == "never after relu"
    assert loss.supports_multi_label
    assert loss.target_kind == "counts"
    assert (Loss.target_kind, Loss.supports_multi_label) == ("numbers", False)


def test_a_new_name_takes_precedence_over_its_earlier_name():
    class Both(EarlierLoss):
        def baseline(self, targets, weights=None):
            return 1.0

        def of_constant(self, targets, weights=None):
            return 2.0

    assert Both().baseline(None) == 1.0


@pytest.mark.parametrize(
    ("output", "fault"),
    [((1,), "two units at least"), ((3,), "(3,) is not (2,)"), ((2,), "never after dense")],
)
def test_earlier_loss_faults_are_reported(output, fault):
    draft = SimpleNamespace(layers=(Dense(2),), loss=EarlierLoss())
    subject = SimpleNamespace(draft=draft, task=Task("counts", target_shape=(2,)), layer_shapes=[output])
    assert [problem.message for problem in check_loss(subject)] == [fault]


def test_metrics_may_use_the_earlier_names_for_multi_label_targets():
    class EarlierMetric(Metric):
        type_name = "earlier_metric"
        target_kind = "labels"
        measures_labels = True

    assert metric_problem(EarlierMetric(), Task("multi_label", target_shape=(2,)), "the model") is None
    assert "measures" in metric_problem(EarlierMetric(), Task("classes", ("a", "b")), "the model")


def test_chunk_is_the_earlier_name_of_shard():
    assert PassState(shard=3).chunk == 3
