"""Gradient accumulation: a step over several batches equals a step over one batch with all rows."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import NonFiniteError
from nncli.data.batches import Dataset
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.layers import BatchNorm
from nncli.training.events import EpochEnded, StepEnded, StepSkipped
from tests.training.make import CONVOLUTION, DENSE, numbers, trainer_of, weights

NORMALIZED = ({"type": "dense", "units": 3}, "batch_norm", "tanh", {"type": "dense", "units": 1})


def weighted(rows, shape, zeros=()):
    """Return random rows with weights."""
    data = numbers(rows, shape)
    of_rows = np.linspace(0.5, 2, rows)
    of_rows[list(zeros)] = 0
    return Dataset(data.inputs, data.targets, of_rows, of_rows)


def steps(trainer):
    """Return [(step, step in the epoch, loss, weights) of every step], and the records with `seconds` set to 0."""
    found, records = [], []
    for event in trainer.run():
        if isinstance(event, StepEnded):
            vector = trainer.executor.network.vector.copy()
            found.append((event.step, event.step_in_epoch, event.loss, vector))
        elif isinstance(event, EpochEnded):
            records.append({**event.record, "seconds": 0})
    return found, records


@pytest.mark.parametrize(
    ("layers", "train", "size", "several"),
    [
        (DENSE, numbers(10), 2, 3),  # steps of 6 and 4 rows
        (DENSE, weighted(23, (3,), zeros=range(4, 8)), 4, 2),  # a batch of weight 0, and a last batch of 3 rows
        (CONVOLUTION, weighted(70, (6, 6, 2)), 16, 2),  # shards of 8 rows; steps of 32, 32 and 6 rows
    ],
    ids=["dense", "weights", "convolution"],
)
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_step_over_several_batches_equals_a_step_over_one_large_batch(layers, train, size, several, shuffle):
    keys = {"shuffle": shuffle, "metrics": ("mae",), "penalty": {"l2": 0.1}, "clip_norm": 0.5, "threads": 1}
    keys |= {"epochs": 2, "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.9}}
    parts = trainer_of(layers, train, batch_size=size, batches_per_step=several, **keys)
    whole = trainer_of(layers, train, batch_size=size * several, **keys)
    assert parts.steps_per_epoch == whole.steps_per_epoch
    (found, records), (expected, of_whole) = steps(parts), steps(whole)
    assert [step[:2] for step in found] == [step[:2] for step in expected]
    for (*_, loss, vector), (*_, other_loss, other) in zip(found, expected, strict=True):
        assert loss == pytest.approx(other_loss, rel=1e-12)
        np.testing.assert_allclose(vector, other, rtol=1e-10, atol=1e-12)
    for record, other in zip(records, of_whole, strict=True):
        assert record == pytest.approx(other, rel=1e-11)


def test_buffers_are_updated_per_batch_and_the_gradient_is_the_mean_over_rows():
    train = numbers(7)
    trainer = trainer_of(NORMALIZED, train, batch_size=4, batches_per_step=2, shuffle=False, epochs=1, optimizer="sgd")
    executor = trainer.executor
    named = {name: array.copy() for name, array in executor.network.named().items()}
    hidden = train.inputs @ named["0.dense.weight"] + named["0.dense.bias"]
    mean, variance, momentum = np.zeros(3), np.ones(3), BatchNorm().momentum
    gradients = []
    for rows, batch in zip((hidden[:4], hidden[4:]), train.batches(4), strict=True):
        mean = (1 - momentum) * mean + momentum * rows.mean(axis=0)
        variance = (1 - momentum) * variance + momentum * rows.var(axis=0, ddof=1)
        executor.loss_and_gradient(batch, RunningMetrics(()), seed=0, step=0)
        gradients.append(executor.gradient.copy())
    trained = executor.network.layout.trainable
    expected = executor.network.vector[:trained] - 0.01 * ((4 * gradients[0] + 3 * gradients[1]) / 7)[:trained]
    ((_, _, _, vector),), _ = steps(trainer)
    np.testing.assert_allclose(vector[:trained], expected, rtol=1e-12, atol=1e-15)
    after = executor.network.named()
    np.testing.assert_allclose(after["1.batch_norm.running_mean"], mean, rtol=1e-12)
    np.testing.assert_allclose(after["1.batch_norm.running_variance"], variance, rtol=1e-12)


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_the_whole_step_is_skipped_if_one_batch_is_not_finite(bad):
    train = numbers(16)
    train.inputs[6 + 2 * bad] = np.nan  # in the second step; the steps have rows 0 to 5, 6 to 11 and 12 to 15
    keys = {"batch_size": 2, "batches_per_step": 3, "shuffle": False, "epochs": 1}
    trainer = trainer_of(NORMALIZED, train, on_nonfinite="skip", **keys)
    run = trainer.run()
    assert isinstance(next(run), StepEnded)
    before = weights(trainer)
    assert next(run) == StepSkipped(epoch=1, step=2, count=1)
    assert weights(trainer) == before, "the running statistics are unchanged, too"
    rest = list(run)
    assert [(event.step, event.step_in_epoch) for event in rest if isinstance(event, StepEnded)] == [(3, 3)]
    some = [*range(6), *range(12, 16)]
    without = trainer_of(NORMALIZED, Dataset(train.inputs[some], train.targets[some]), **keys)
    list(without.run())
    assert weights(trainer) == weights(without), "training continues with the batches of the next step"
    stopping = trainer_of(NORMALIZED, train, **keys)
    with pytest.raises(
        NonFiniteError, match=r"^epoch 1, step 2: the loss is nan, first in the output of model\.0\.dense"
    ):
        list(stopping.run())
    assert weights(stopping) == before


def test_the_mean_gradient_is_finite_even_if_the_sum_would_overflow():
    # with w = b = 0, the gradient with respect to w is 2 * x * (0 - y) = -2e307 in every row
    train = Dataset(np.full((20, 1), 1e200), np.full((20, 1), 1e107))
    linear = ({"type": "dense", "units": 1, "initializer": "zeros"},)
    rate = {"type": "sgd", "learning_rate": 1e-10}
    trainer = trainer_of(linear, train, batch_size=2, batches_per_step=10, epochs=1, optimizer=rate)
    next(trainer.run())
    assert trainer.executor.network.named()["0.dense.weight"].item() == pytest.approx(2e297, rel=1e-12)


def test_an_epoch_has_one_step_if_batches_per_step_is_very_large():
    trainer = trainer_of(train=numbers(10), batch_size=4, batches_per_step=10**30, epochs=2)
    found, _ = steps(trainer)
    assert [step[:2] for step in found] == [(1, 1), (2, 1)]
    assert trainer.steps_per_epoch == 1


def test_a_step_of_weight_zero_changes_nothing():
    train = weighted(12, (3,), zeros=range(4, 8))
    trainer = trainer_of(NORMALIZED, train, batch_size=2, batches_per_step=2, shuffle=False, epochs=1)
    found, _ = steps(trainer)
    vectors = [vector.tobytes() for *_, vector in found]
    assert vectors[0] == vectors[1] != vectors[2]
    assert trainer.driver.steps == 2
