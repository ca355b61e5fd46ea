"""Test the executor: the number of shards and threads does not change results."""

from __future__ import annotations

import time
from threading import Thread

import numpy as np
import pytest

from nncli.core.batch import Batch
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.training import executor as executors
from nncli.training import shards
from tests.training.make import CONVOLUTION, DENSE, NORMALIZED, executor_of, numbers, trainer_of, weights

IMAGES = numbers(37, (6, 6, 2))


def computed(executor, batch):
    """Return (loss, gradient, metrics) of a batch."""
    tally = RunningMetrics(executor.metrics)
    with executor.blas():
        loss = executor.loss_and_gradient(batch, tally, seed=3, step=5)
    executor.close()
    return loss, executor.gradient.copy(), tally.results()


def whole(data, rows=None):
    """Return a batch of the first `rows` rows, or of all rows."""
    return Batch(data.inputs[:rows], data.targets[:rows])


@pytest.mark.parametrize("rows", [1, 7, 15, 16, 17, 37])
def test_dropout_does_not_depend_on_shards(monkeypatch, rows):
    found = []
    for count in (1, 2, 4):
        monkeypatch.setattr(executors, "SHARDS", count)
        monkeypatch.setattr(shards, "MIN_SHARD_ROWS", 2)
        executor = executor_of(CONVOLUTION, IMAGES, metrics=("rmse",))
        assert executor.sharded
        found.append(computed(executor, whole(IMAGES, rows)))
    for loss, gradient, results in found[1:]:
        assert loss == pytest.approx(found[0][0], rel=1e-12)
        np.testing.assert_allclose(gradient, found[0][1], rtol=1e-10, atol=1e-13)
        assert results == pytest.approx(found[0][2], rel=1e-12)


def test_the_gradient_belongs_to_the_mean_loss():
    executor = executor_of(CONVOLUTION[:2] + CONVOLUTION[3:], IMAGES)
    loss, gradient, results = computed(executor, whole(IMAGES))
    assert results["loss"] == pytest.approx(loss / 37)
    vector, step = executor.network.vector, 1e-6
    for index in (0, 17, len(vector) - 1):
        before = vector[index]
        vector[index] = before + step
        above = computed(executor, whole(IMAGES))[0]
        vector[index] = before - step
        below = computed(executor, whole(IMAGES))[0]
        vector[index] = before
        assert (above - below) / (2 * step) / 37 == pytest.approx(gradient[index], rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rows", [15, 16, 37])
def test_batch_statistics_do_not_depend_on_shards(monkeypatch, rows, threads):
    found = []
    for count in (1, 2, 4):
        monkeypatch.setattr(executors, "SHARDS", count)
        monkeypatch.setattr(shards, "MIN_SHARD_ROWS", 2)
        executor = executor_of(NORMALIZED, IMAGES, metrics=("rmse",), threads=threads)
        found.append(computed(executor, whole(IMAGES, rows)))
    trainable = executor.network.layout.trainable
    for loss, gradient, results in found[1:]:
        assert loss == pytest.approx(found[0][0], rel=1e-12)
        np.testing.assert_allclose(gradient, found[0][1], rtol=1e-10, atol=1e-12)
        assert results == pytest.approx(found[0][2], rel=1e-12)
        assert gradient[trainable:].all()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("failing", [0, 1])
def test_a_shard_that_fails_does_not_leave_the_others_waiting(monkeypatch, failing, threads):
    executor = executor_of(NORMALIZED, IMAGES, threads=threads)
    shard = executor._passes[failing]

    def fails(p, x, ctx):
        raise FloatingPointError("planted")

    shard.bound[2] = (fails, *shard.bound[2][1:])
    for _ in range(2):
        with pytest.raises(FloatingPointError, match="planted"):
            computed(executor, whole(IMAGES))
    assert np.isfinite(computed(executor_of(NORMALIZED, IMAGES, threads=threads), whole(IMAGES))[0])


@pytest.mark.parametrize("batch_size", [5, 16, 37])
@pytest.mark.parametrize("layers", [CONVOLUTION, NORMALIZED], ids=["plain", "normalized"])
def test_convolutions_give_the_same_bits_for_any_number_of_threads(layers, batch_size):
    train = numbers(37, (6, 6, 2), dtype="float32")
    found = []
    for threads in (1, 2, 4, None):
        trainer = trainer_of(layers, train, validation=train, threads=threads, batch_size=batch_size)
        records = [event.record for event in trainer.run() if hasattr(event, "record")]
        trainer.executor.close()
        found.append((weights(trainer), [(record["train_loss"], record["val_loss"]) for record in records]))
    assert found[1:] == found[:1] * 3


def test_weighted_rows_equal_repeated_rows():
    executor = executor_of(DENSE[:2] + DENSE[3:], numbers(4), metrics=("mae",))
    data = numbers(4)
    twice = Batch(np.repeat(data.inputs, [2, 1, 0, 1], axis=0), np.repeat(data.targets, [2, 1, 0, 1], axis=0))
    weighted = Batch(data.inputs, data.targets, np.array([2.0, 1, 0, 1]), np.array([2.0, 1, 0, 1]))
    loss, gradient, results = computed(executor, weighted)
    expected = computed(executor, twice)
    assert loss == pytest.approx(expected[0], rel=1e-12)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-10, atol=1e-14)
    assert results == pytest.approx(expected[2], rel=1e-12)


def test_predictions_do_not_depend_on_the_batch():
    executor = executor_of(CONVOLUTION, IMAGES)
    together = executor.predict(IMAGES.inputs)
    assert together.shape == (37, 1)
    alone = np.concatenate([executor.predict(IMAGES.inputs[row : row + 1]) for row in range(37)])
    executor.close()
    np.testing.assert_allclose(alone, together, rtol=1e-12)


def test_an_executor_can_be_used_after_it_was_closed():
    executor = executor_of(CONVOLUTION, IMAGES, threads=2)
    first = executor.predict(IMAGES.inputs)
    executor.close()
    assert executor.predict(IMAGES.inputs).tobytes() == first.tobytes()
    executor.close()


def test_predictions_and_targets_are_measured_in_original_units():
    data = numbers(20)
    executor = executor_of(DENSE, data, metrics=("mae",))
    executor._original = lambda values: 1000 * values + 7
    tally = executor.evaluate(data.batches(8), RunningMetrics(executor.metrics))
    plain = executor_of(DENSE, data, metrics=("mae",))
    expected = plain.evaluate(data.batches(8), RunningMetrics(plain.metrics)).results()
    assert tally.results() == pytest.approx({"loss": expected["loss"], "mae": 1000 * expected["mae"]})
    np.testing.assert_allclose(executor.predict(data.inputs), 1000 * plain.predict(data.inputs) + 7)


@pytest.mark.parametrize("threads", [1, 2])
def test_all_parts_finish_if_one_raises(threads):
    executor, done = executor_of(DENSE, numbers(8), threads=threads), []

    def work(part):
        if part == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)
        done.append(np.float32(3e38) * np.float32(part))  # overflows without a warning

    with pytest.raises(KeyboardInterrupt):
        executor.run_parts(work, (0, 10))
    assert len(done) == threads - 1  # with two threads, the other part had begun and has finished
    executor.run_parts(work, (10, 10))
    assert len(done) == threads + 1
    executor.close()


NESTED = (  # the layer that mixes rows and the layer that needs shards are both inside a container
    {
        "type": "residual",
        "layers": [{"type": "conv2d", "filters": 2, "kernel_size": 3, "padding": "same"}, "batch_norm"],
    },
    {"type": "dense", "units": 1},
)


def test_layers_inside_containers_can_require_shards(monkeypatch):
    monkeypatch.setattr(executors, "SHARDS", 1)
    _, whole_gradient, _ = computed(executor_of(NESTED, IMAGES), whole(IMAGES))
    monkeypatch.setattr(executors, "SHARDS", 2)
    executor = executor_of(NESTED, IMAGES)
    assert executor.sharded
    np.testing.assert_allclose(computed(executor, whole(IMAGES))[1], whole_gradient, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interruption_before_a_turn_leaves_no_thread_waiting(monkeypatch, threads):
    executor = executor_of(NORMALIZED, IMAGES, threads=threads)

    def interrupted(all_reduce):
        raise KeyboardInterrupt

    def submit(*arguments):
        future = original_submit(*arguments)
        monkeypatch.setattr(shards.AllReduce, "turn", interrupted)  # the main thread takes its turn next
        return future

    pool = executor._shards._thread_pool
    original_submit = pool.submit
    monkeypatch.setattr(pool, "submit", submit)
    with pytest.raises(KeyboardInterrupt):
        computed(executor, whole(IMAGES))
    executor.close()  # returns only after the other thread has ended


@pytest.mark.parametrize("threads", [1, 2])
def test_a_nonfinite_number_is_located_without_other_shards(threads):
    executor = executor_of(NORMALIZED, IMAGES, threads=threads)
    batch = Batch(IMAGES.inputs.copy(), IMAGES.targets)
    batch.inputs[20] = np.inf
    assert not np.isfinite(computed(executor, batch)[0])
    found = []
    looking = Thread(target=lambda: found.append(executor.locate_nonfinite(batch)), daemon=True)
    looking.start()
    looking.join(20)  # seconds; fails if it waits forever for another shard
    assert found == ["first in the output of model.0.conv2d"]
