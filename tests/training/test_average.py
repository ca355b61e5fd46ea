"""The moving average of the weights, which is used for prediction and not for training."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import NonFiniteError
from nncli.data.batches import Dataset
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.training import average as module
from nncli.training.average import WeightAverage
from nncli.training.events import EpochEnded, RowsMeasured, StepEnded
from tests.training.make import numbers, trainer_of, weights

NORMALIZED = ({"type": "dense", "units": 3}, "batch_norm", "tanh", {"type": "dense", "units": 1})


def after(values, **keys):
    """Return the average after each of several values of one weight."""
    vector = np.zeros(1)
    average, found = WeightAverage(vector, **keys), []
    for value in values:
        vector[...] = value
        average.update()
        found.append(average.vector.item())
    return found


def test_averages_match_values_computed_by_hand():
    # the average starts at 8 and moves a quarter of the way to each new value: 8 + (4 - 8) / 4, 7 + (-1 - 7) / 4
    assert after([8, 4, -1], decay=0.75) == [8, 7, 5]


def test_averages_with_warmup_match_values_computed_by_hand():
    # the decay is 2 / 11 after one step, 3 / 12 after two, and then 0.3, which is below 4 / 13
    second = 2 / 11 * 8 + 9 / 11 * 4
    third = second / 4 - 3 / 4
    found = after([8, 4, -1, 2], decay=0.3, warmup=True)
    assert found == pytest.approx([8, second, third, 0.3 * third + 0.7 * 2], rel=1e-15)


def test_average_is_an_exponentially_weighted_sum_of_all_weights():
    values = np.random.default_rng(0).normal(size=50)
    shares = np.array([0.9**49, *(0.1 * 0.9 ** (49 - index) for index in range(1, 50))])
    assert shares.sum() == pytest.approx(1)
    assert after(values, decay=0.9)[-1] == pytest.approx(shares @ values, rel=1e-12)


def test_average_equals_the_weights_before_the_first_step():
    vector = np.arange(3.0)
    average = WeightAverage(vector, 0.5)
    vector[0] = 7
    assert average.vector.tolist() == [7, 1, 2]
    with average.swapped_in():
        assert vector.tolist() == [7, 1, 2]
    average.swap_in()
    vector[1] = 8
    average.swap_out()
    assert (vector.tolist(), average.steps) == ([7, 8, 2], 0)


@pytest.mark.parametrize("size", [1, 3, 4, 5, 9])
def test_average_can_be_swapped_in_and_out(monkeypatch, size):
    monkeypatch.setattr(module, "BLOCK_SIZE", 4)
    vector = np.random.default_rng(1).normal(size=size).astype(np.float32)
    average = WeightAverage(vector, 0.9)
    average.update()
    first = vector.copy()
    vector += 1
    average.update()
    before, averaged = vector.tobytes(), average.vector.copy()
    np.testing.assert_allclose(averaged, first + 0.1, rtol=1e-5)

    def failing():
        with average.swapped_in():
            assert vector.tobytes() == averaged.tobytes()
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert (vector.tobytes(), average.vector.tobytes()) == (before, averaged.tobytes())
    average.swap_in()
    average.swap_in()
    assert vector.tobytes() == averaged.tobytes()
    average.swap_out()
    average.swap_out()
    assert (vector.tobytes(), average.vector.tobytes(), average.steps) == (before, averaged.tobytes(), 2)


def test_changes_to_a_swapped_in_average_become_the_weights():
    vector = np.array((1.0, 2))
    average = WeightAverage(vector, 0.5)
    for _ in range(2):
        average.update()
        vector += 4
    average.swap_in()
    assert vector.tolist() == [3, 4]
    vector[0] = 9
    average.swap_out()
    assert (vector.tolist(), average.vector.tolist(), average.steps) == ([9, 4], [9, 4], 0)
    vector += 1
    average.update()
    assert average.vector.tolist() == [10, 5]


def test_averaging_does_not_change_training():
    keys = {"batch_size": 4, "epochs": 2, "validation": numbers(5, seed=1), "optimizer": "sgd"}
    trainer, plain = (
        trainer_of(NORMALIZED, numbers(10), decay=0.75, **keys),
        trainer_of(NORMALIZED, numbers(10), **keys),
    )
    network, trained = trainer.executor.network, trainer.executor.network.layout.trainable
    assert trained < len(network.vector)
    expected: list[np.ndarray] = []
    # the trainers do not take turns, because both set the number of BLAS threads
    plain_events = [(event, weights(plain)) for event in plain.run()]
    for event, (other, plain_weights) in zip(trainer.run(), plain_events, strict=True):
        assert weights(trainer) == plain_weights, f"averaging changed the weights by {event}"
        if isinstance(event, StepEnded):
            now = network.vector[:trained]
            expected.append(0.75 * expected[-1] + 0.25 * now if expected else now.copy())
            np.testing.assert_allclose(trainer.prediction_parameters[:trained], expected[-1], rtol=1e-12)
            assert trainer.prediction_parameters[trained:].tobytes() == network.vector[trained:].tobytes()
        if isinstance(event, EpochEnded):
            assert event.record["train_loss"] == other.record["train_loss"]
            assert event.record["val_loss"] != other.record["val_loss"]
    assert trainer.average.steps == 6


def test_validation_measures_the_average():
    validation = numbers(600, seed=1)
    trainer = trainer_of(train=numbers(10), decay=0.75, validation=validation, epochs=1, penalty={"l2": 0.3})
    events = list(trainer.run())
    assert [event.rows for event in events if isinstance(event, RowsMeasured)] == [512, 600]
    executor = trainer.executor
    executor.network.vector[...] = trainer.prediction_parameters
    expected = executor.evaluate(validation.batches(600), RunningMetrics(())).mean_loss
    assert trainer.last_record["val_loss"] == pytest.approx(expected, rel=1e-12)


def test_steps_that_do_not_update_the_weights_are_not_averaged():
    train = numbers(16)
    train.inputs[5] = np.nan
    of_rows = np.repeat([1.0, 1, 0, 1], 4)
    keys = {"batch_size": 4, "shuffle": False, "epochs": 1, "on_nonfinite": "skip"}
    trainer = trainer_of(train=Dataset(train.inputs, train.targets, of_rows), decay=0.75, **keys)
    list(trainer.run())
    assert (trainer.step, trainer.average.steps) == (4, 2)


def test_an_average_that_is_not_finite_is_an_error():
    rows = Dataset(np.zeros((8, 1)), np.zeros((8, 1)))  # the loss is 0 for any weight
    trainer = trainer_of(({"type": "dense", "units": 1},), rows, decay=0.75, optimizer="sgd", epochs=1)
    run = trainer.run()
    for value in (1.7e308, -1.7e308):
        trainer.executor.network.named()["0.dense.weight"][...] = value
        next(run)
    with pytest.raises(NonFiniteError, match=r"the weights are not finite, first in model\.0\.dense"):
        trainer.check_weights()
