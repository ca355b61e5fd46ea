"""Weights of rows: weight 2 equals repeating the row, and weight 0 equals removing the row."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.batch import Batch
from nncli.core.registry import METRICS
from nncli.data.batches import Dataset
from nncli.nn.evaluation.running_metrics import RunningMetrics
from tests.contracts.table import METRIC_ROWS
from tests.training.make import executor_of, trainer_of
from tests.training.test_executor import computed

DENSE = [{"type": "dense", "units": 5}, "tanh"]
CONVOLUTION = [{"type": "conv2d", "filters": 3, "kernel_size": 3}, "relu", {"type": "max_pool2d", "pool_size": 2}]
ENDS = {
    "mse": [{"type": "dense", "units": 2}],
    "binary_cross_entropy": [{"type": "dense", "units": 1}, "sigmoid"],
    "cross_entropy": [{"type": "dense", "units": 3}, "softmax"],
}
SHAPES = {"dense": (4,), "convolution": (6, 6, 2)}
TIMES = np.random.default_rng(4).integers(0, 4, 40)
NUMBERS = {cls.type_name for cls in METRICS if cls.target_kind == "numbers"}
over_models = pytest.mark.parametrize("body", ["dense", "convolution"])
over_losses = pytest.mark.parametrize("loss", list(ENDS))


def data(loss, body, dtype="float64"):
    """Return (inputs, targets) in the form that the loss needs."""
    random, rows = np.random.default_rng(8), len(TIMES)
    x = random.normal(size=(rows, *SHAPES[body])).astype(dtype)
    if loss == "mse":
        return x, random.normal(size=(rows, 2)).astype(dtype)
    classes = random.integers(0, 2 if loss == "binary_cross_entropy" else 3, rows)
    return x, classes if loss == "cross_entropy" else classes[:, None].astype(dtype)


def executor(loss, body, train, **keys):
    layers = [*(DENSE if body == "dense" else CONVOLUTION), *ENDS[loss]]
    return executor_of(layers, train, loss=loss, **keys)


@over_models
@over_losses
def test_weighted_loss_gradient_and_metrics_equal_those_of_repeated_rows(loss, body):
    x, y = data(loss, body)
    metrics = ("mae", "median_absolute_error") if loss == "mse" else ("accuracy", "log_loss", "roc_auc")
    made = executor(loss, body, Dataset(x, y), metrics=metrics)
    assert made.sharded == (body == "convolution")
    weights = TIMES.astype(float)
    found = computed(made, Batch(x, y, weights, weights))
    expected = computed(made, Batch(np.repeat(x, TIMES, axis=0), np.repeat(y, TIMES, axis=0)))
    assert found[0] == pytest.approx(expected[0], rel=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-9, atol=1e-13)
    assert np.abs(found[1]).max() > 1e-4
    assert found[2] == pytest.approx(expected[2], rel=1e-12)
    assert found[2]["loss"] == pytest.approx(found[0] / TIMES.sum()), "sums are divided by the sum of the weights"


@over_models
@over_losses
def test_scaling_all_weights_does_not_change_results(loss, body):
    x, y = data(loss, body)
    made = executor(loss, body, Dataset(x, y))
    one, seven, none = (
        computed(made, Batch(x, y, weights)) for weights in (np.full(len(x), 1.0), np.full(len(x), 7.0), None)
    )
    for other in (seven, none):
        np.testing.assert_allclose(other[1], one[1], rtol=1e-9, atol=1e-14)
        assert other[2] == pytest.approx(one[2], rel=1e-12)


@over_models
@over_losses
def test_evaluation_uses_the_weights_of_rows(loss, body):
    x, y = data(loss, body)
    weights = TIMES + 0.5
    made = executor(loss, body, Dataset(x, y))
    whole = made.evaluate(Dataset(x, y, weights).batches(len(x)), RunningMetrics(())).mean_loss
    parts = made.evaluate(Dataset(x, y, weights).batches(7), RunningMetrics(())).mean_loss
    alone = [
        made.evaluate(Dataset(x[[row]], y[[row]]).batches(1), RunningMetrics(())).mean_loss for row in range(len(x))
    ]
    made.close()
    assert whole == pytest.approx(np.dot(alone, weights) / weights.sum(), rel=1e-12)
    assert parts == pytest.approx(whole, rel=1e-12)


@over_models
@over_losses
def test_weighted_float32_rows_give_float32_results(loss, body):
    x, y = data(loss, body, "float32")
    made = executor(loss, body, Dataset(x, y))
    weights = TIMES.astype(np.float32)
    shard = made._passes[0]
    shard.pass_state.training = True
    prediction, _, backward = made.loss.forward(shard.forward(x)[0], y, weights)
    assert prediction.dtype == np.float32
    assert backward(1 / float(weights.sum(dtype=np.float64))).dtype == np.float32
    gradient = computed(made, Batch(x, y, weights))[1]
    assert gradient.dtype == np.float32
    wide = executor(loss, body, Dataset(x.astype(float), y))
    wide.network.vector[...] = made.network.vector
    exact = computed(wide, Batch(x.astype(float), y if loss == "cross_entropy" else y.astype(float), TIMES * 1.0))[1]
    np.testing.assert_allclose(gradient, exact, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", {"type": "sgd", "momentum": 0.9, "nesterov": True}], ids=str)
def test_a_batch_of_weight_zero_changes_nothing(optimizer):
    random = np.random.default_rng(0)
    x, y, weights = random.normal(size=(12, 3)), random.normal(size=(12, 1)), np.ones(12)
    weights[4:8] = 0  # the second of three batches
    trainer = trainer_of(train=Dataset(x, y, weights, weights), optimizer=optimizer, shuffle=False, clip_norm=1.0)
    states = []
    for event in trainer.run():
        if type(event).__name__ == "StepEnded":
            vectors = [trainer.executor.network.vector, *trainer.driver.state.values()]
            states.append(([vector.copy() for vector in vectors], trainer.driver.steps))
    assert len(states) == 9
    for first in (0, 3, 6):
        before, after, following = states[first : first + 3]
        assert all((one == two).all() for one, two in zip(before[0], after[0], strict=True))
        assert before[1] == after[1] == following[1] - 1
        assert (before[0][0] != following[0][0]).any()


def test_the_mean_loss_after_a_first_batch_of_weight_zero_is_nan():
    random = np.random.default_rng(0)
    weights = np.repeat([0.0, 1.0], 4)
    trainer = trainer_of(train=Dataset(random.normal(size=(8, 3)), random.normal(size=(8, 1)), weights), shuffle=False)
    losses = [event.loss for event in trainer.run() if type(event).__name__ == "StepEnded"]
    assert np.isnan(losses[::2]).all()
    assert np.isfinite(losses[1::2]).all()
    assert np.isfinite(trainer.last_record["train_loss"])


@pytest.mark.parametrize("name", sorted(METRIC_ROWS))
def test_metrics_ignore_batches_of_weight_zero(name):
    loss = "mse" if name in NUMBERS else "binary_cross_entropy"
    x, y = data(loss, "dense")
    weights = np.ones(len(x))
    weights[:8] = weights[16:20] = weights[-4:] = 0
    some = weights > 0
    made = executor(loss, "dense", Dataset(x, y), metrics=(name,))
    found = made.evaluate(Dataset(x, y, weights, weights).batches(4), RunningMetrics(made.metrics)).results()
    expected = made.evaluate(Dataset(x[some], y[some]).batches(4), RunningMetrics(made.metrics)).results()
    assert found == pytest.approx(expected, rel=1e-9)
    assert np.isfinite(list(found.values())).all()


@over_losses
def test_the_weighted_baseline_equals_that_of_repeated_rows(loss):
    x, y = data(loss, "dense")
    made = executor(loss, "dense", Dataset(x, y)).loss
    found = made.baseline(y, TIMES.astype(float))
    assert found == pytest.approx(made.baseline(np.repeat(y, TIMES, axis=0)), rel=1e-12)
    assert found != pytest.approx(made.baseline(y), rel=1e-6)
