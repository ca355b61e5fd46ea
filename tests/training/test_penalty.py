"""The penalty of the weights as a part of the loss."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.batch import Batch
from nncli.core.errors import NonFiniteError
from nncli.data.batches import Dataset
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.training.events import EpochEnded, StepEnded
from tests.training.make import executor_of, numbers, trainer_of
from tests.training.test_executor import computed

DENSE = ({"type": "dense", "units": 3}, "batch_norm", "tanh", {"type": "dense", "units": 1})
CONVOLUTION = ({"type": "conv2d", "filters": 2, "kernel_size": 2}, "tanh", {"type": "dense", "units": 1})
LINEAR = ({"type": "dense", "units": 1, "initializer": "zeros"},)


def absolute(named, names):
    return sum(abs(value) for name in names for value in named[name].ravel().tolist())


def squares(named, names):
    return sum(value * value for name in names for value in named[name].ravel().tolist())


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize(("layers", "shape"), [(DENSE, (3,)), (CONVOLUTION, (4, 4, 1))], ids=["dense", "convolution"])
def test_gradient_includes_the_penalty(layers, shape, biases):
    data = numbers(20, shape)
    batch = Batch(data.inputs, data.targets, np.linspace(0.5, 2, 20))
    executor = executor_of(layers, data, threads=1, penalty={"l1": 0.03, "l2": 0.2, "biases": biases})
    vector, layout = executor.network.vector, executor.network.layout
    # move the weights away from 0, where |w| has no derivative
    vector[: layout.trainable] += 0.05 * np.where(vector[: layout.trainable] < 0, -1, 1)
    total, gradient, results = computed(executor, batch)
    executor.penalty, penalty = None, executor.penalty
    plain = computed(executor, batch)[0]
    executor.penalty = penalty
    named = executor.network.named()
    penalized = [name for name in named if name.endswith("weight") or (biases and "running" not in name)]
    cost = 0.03 * absolute(named, penalized) + 0.2 * squares(named, penalized)
    assert total == pytest.approx(plain + batch.divisor * cost, rel=1e-12)
    assert results["loss"] == pytest.approx(total / batch.divisor, rel=1e-12)
    step, found = 1e-6, []
    for index in range(layout.trainable):
        before = vector[index]
        vector[index] = before + step
        above = computed(executor, batch)[0]
        vector[index] = before - step
        found.append((above - computed(executor, batch)[0]) / (2 * step * batch.divisor))
        vector[index] = before
    np.testing.assert_allclose(gradient[: layout.trainable], found, rtol=1e-6, atol=1e-8)


def test_evaluation_adds_the_penalty_of_the_current_weights():
    data = numbers(30)
    with_it, without = (executor_of(DENSE, data, penalty=penalty) for penalty in ({"l1": 0.5, "l2": 2}, None))
    for factor in (1, 3):
        for executor in (with_it, without):
            executor.network.vector[...] *= factor
        found, plain = (
            executor.evaluate(data.batches(7), RunningMetrics(())).mean_loss for executor in (with_it, without)
        )
        named = with_it.network.named()
        weights = [name for name in named if name.endswith("weight")]
        cost = 0.5 * absolute(named, weights) + 2 * squares(named, weights)
        assert found == pytest.approx(plain + cost, rel=1e-12)


def test_the_loss_of_an_epoch_includes_the_mean_penalty_of_its_steps():
    # the loss is (w + b - y)^2 + w^2 with x = 1; start: w = b = 0; rate: 1/8; one row per step: y = 1, then y = 3
    # step 1: loss 1, gradients -2 and -2, so w = b = 1/4
    # step 2: loss (1/2 - 3)^2 + 1/16, gradients -5 + 1/2 and -5, so w = 1/4 + 9/16 and b = 1/4 + 5/8
    rows = Dataset(np.ones((2, 1)), np.array([[1.0], [3.0]]))
    trainer = trainer_of(
        LINEAR,
        rows,
        validation=rows,
        shuffle=False,
        batch_size=1,
        epochs=1,
        penalty={"l2": 1},
        optimizer={"type": "sgd", "learning_rate": 0.125},
    )
    events = list(trainer.run())
    assert [event.loss for event in events if isinstance(event, StepEnded)] == [1, (1 + 6.3125) / 2]
    named = trainer.executor.network.named()
    w, b = named["0.dense.weight"].item(), named["0.dense.bias"].item()
    assert (w, b) == (0.8125, 0.875)
    (record,) = [event.record for event in events if isinstance(event, EpochEnded)]
    assert record["train_loss"] == (1 + 6.3125) / 2
    assert record["val_loss"] == pytest.approx(((w + b - 1) ** 2 + (w + b - 3) ** 2) / 2 + w * w, rel=1e-14)


def test_training_converges_to_ridge_regression():
    # with centred columns, mean of (x * w + b - y)^2 + l2 * |w|^2 is minimal at w = (X'X / n + l2 * I)^-1 * X'y / n
    data, l2 = numbers(25, (2,), seed=3), 0.3
    trainer = trainer_of(
        LINEAR, data, batch_size=25, epochs=150, penalty={"l2": l2}, optimizer={"type": "sgd", "learning_rate": 0.3}
    )
    list(trainer.run())
    x, y = data.inputs - data.inputs.mean(axis=0), data.targets - data.targets.mean()
    expected = np.linalg.solve(x.T @ x / 25 + l2 * np.eye(2), x.T @ y / 25)
    named = trainer.executor.network.named()
    np.testing.assert_allclose(named["0.dense.weight"], expected, rtol=1e-9)
    bias = data.targets.mean() - data.inputs.mean(axis=0) @ expected
    np.testing.assert_allclose(named["0.dense.bias"], bias, rtol=1e-9)


def test_a_batch_of_weight_zero_has_no_penalty():
    data = numbers(4)
    executor = executor_of(DENSE, data, penalty={"l2": 1})
    tally = RunningMetrics(())
    total = executor.loss_and_gradient(Batch(data.inputs, data.targets, np.zeros(4)), tally, seed=0, step=0)
    assert (total, tally.loss, tally.divisor) == (0, 0, 0)


def test_the_error_names_a_penalty_that_overflows():
    rows = Dataset(np.zeros((4, 3), np.float32), np.zeros((4, 1), np.float32))
    trainer = trainer_of(LINEAR, rows, penalty={"l2": 1})
    trainer.executor.network.named()["0.dense.weight"][...] = 2e19  # the sum of the squared weights overflows float32
    with pytest.raises(NonFiniteError, match="epoch 1, step 1: the loss is inf, in the penalty of the weights"):
        list(trainer.run())
