"""Test whether output shapes suit losses and tasks, and the messages if they do not."""

from __future__ import annotations

import pytest

from nncli.assemble.checks.loss_fit import axes_problem, positive_weight_problems, size_problem, units_needed
from nncli.core.task import Task
from nncli.nn.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile,
)

REGRESSION = (MeanSquaredError(), MeanAbsoluteError(), Huber(), Quantile(), Poisson())


def classes(count):
    return Task("classes", tuple(map(str, range(count))))


def numbers(*shape):
    return Task("numbers", target_shape=shape)


def labels(count):
    return Task("multi_label", target_shape=(count,))


def test_cross_entropy_needs_one_unit_per_class():
    loss = CrossEntropy()
    assert axes_problem(loss, (3,), classes(3)) is None
    message = "cross_entropy wants one unit per class at the end; the model gives "
    assert axes_problem(loss, (4, 4, 3), classes(3)) == f"{message}(4, 4, 3)"
    hint = "; for two classes and 1 unit use sigmoid and binary_cross_entropy"
    assert axes_problem(loss, (1,), classes(2)) == f"{message}(1,){hint}"
    assert size_problem(loss, (3,), classes(3)) is None
    assert size_problem(loss, (7,), classes(10)) == "10 classes, 7 units"
    assert size_problem(loss, (7,), Task("classes")) is None, "the classes are not known"
    assert units_needed(loss, classes(10)) == 10


def test_binary_cross_entropy_needs_one_unit_for_two_classes():
    loss = BinaryCrossEntropy()
    assert axes_problem(loss, (1,), classes(2)) is None
    message = "binary_cross_entropy wants 1 unit at the end; the model gives (3,); use cross_entropy"
    assert axes_problem(loss, (3,), classes(3)) == message
    assert size_problem(loss, (1,), classes(2)) is None
    hint = "; write units: 10, softmax and the loss cross_entropy"
    assert size_problem(loss, (1,), classes(10)) == f"10 classes, but 1 unit can only tell 2 classes apart{hint}"
    assert size_problem(loss, (1,), classes(1)) is None, "another check reports a single class"
    assert units_needed(loss, classes(2)) is None


def test_binary_cross_entropy_needs_one_unit_per_label():
    loss = BinaryCrossEntropy(positive_weight=(2, 3), label_smoothing=0.1)
    assert axes_problem(loss, (3,), labels(3)) is None
    message = "binary_cross_entropy wants one unit per label at the end; the model gives (4, 4, 3)"
    assert axes_problem(loss, (4, 4, 3), labels(3)) == message
    assert size_problem(loss, (3,), labels(3)) is None
    assert size_problem(loss, (1,), labels(3)) == "3 labels, 1 unit"
    assert size_problem(loss, (5,), labels(3)) == "3 labels, 5 units"
    assert size_problem(loss, (5,), Task("multi_label")) is None, "the labels are not known"
    assert units_needed(loss, labels(3)) == 3


def test_positive_weight_needs_one_weight_per_label():
    loss = BinaryCrossEntropy(positive_weight=(2, 3))
    assert list(positive_weight_problems(loss, (2,))) == []
    assert list(positive_weight_problems(BinaryCrossEntropy(positive_weight=2), (7,))) == []
    (problem,) = positive_weight_problems(loss, (3,))
    assert problem.path == ("loss", "positive_weight")
    assert problem.message == "expected one number, or one for each of 3 labels; got 2 numbers"
    (problem,) = positive_weight_problems(loss, (1,))
    assert problem.message == "expected one number; got 2 numbers"


@pytest.mark.parametrize("loss", REGRESSION, ids=lambda loss: loss.type_name)
@pytest.mark.parametrize(
    ("output", "target", "message"),
    [
        ((1,), (1,), None),
        ((3,), (3,), None),
        ((2, 2, 1), (2, 2, 1), None),
        ((1,), (), None),
        ((2,), (1,), "1 target, 2 units"),
        ((1,), (3,), "3 targets, 1 unit"),
        ((2, 2, 1), (4,), "4 targets, outputs of (2, 2, 1)"),
    ],
)
def test_regression_needs_one_unit_per_target(loss, output, target, message):
    assert axes_problem(loss, output, numbers(*target)) is None
    assert size_problem(loss, output, numbers(*target)) == message
    assert not target or units_needed(loss, numbers(*target)) in (1, 3, 4)
