"""Test the training loop: losses, stopping, skipped steps, and the same bits in repeated and resumed training."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncli.core.errors import NonFiniteError
from nncli.data.batches import Dataset
from nncli.training.events import EpochEnded, RowsMeasured, StepEnded, StepSkipped, TrainingEnded
from nncli.training.monitor import Monitor
from nncli.training.trainer import EVALUATION_ROWS, MAX_SKIPPED
from tests.training.make import CONVOLUTION, DENSE, numbers, trainer_of, weights

LINEAR = ({"type": "dense", "units": 1, "initializer": "zeros"},)
STILL = {"type": "sgd", "learning_rate": 1e-300}  # too small to change the weights


def records(trainer):
    """Return the records of all epochs."""
    return [event.record for event in trainer.run() if isinstance(event, EpochEnded)]


def with_targets(targets):
    """Return rows with these targets; if all weights are 0, the loss of a row is its squared target."""
    y = np.array(targets, np.float64)[:, None]
    return Dataset(np.ones_like(y), y)


def test_the_loss_is_the_mean_over_rows_and_not_over_batches():
    # batches (1 2 3 4) (5 6 7 8) (9 10); the squares sum to 385; the mean of the batches' means would be 46.17
    trainer = trainer_of(LINEAR, with_targets(range(1, 11)), shuffle=False, optimizer=STILL, metrics=("mae",), epochs=2)
    for record in records(trainer):
        assert record["train_loss"] == pytest.approx(38.5, rel=1e-12)
        assert record["train_mae"] == pytest.approx(5.5, rel=1e-12)


def test_the_loss_of_an_epoch_is_a_running_mean_while_the_weights_change():
    # x = 1; weight and bias start at 0; the rate is 0.25; two batches of one row: y = 1, then y = 3
    # step 1: loss 1, both gradients -2, so weight and bias become 0.5 and the output 1
    # step 2: loss 4, both gradients -4, so weight and bias become 1.5
    trainer = trainer_of(
        LINEAR,
        with_targets([1, 3]),
        shuffle=False,
        batch_size=1,
        optimizer={"type": "sgd", "learning_rate": 0.25},
        epochs=1,
    )
    assert records(trainer)[0]["train_loss"] == pytest.approx((1 + 4) / 2)
    assert trainer.executor.network.vector.tolist() == [1.5, 1.5]


def test_the_gradient_of_a_short_batch_is_the_mean_over_its_own_rows():
    # three rows of y = 1 in batches of two; the mean gradient of a batch does not depend on its size
    rate = {"type": "sgd", "learning_rate": 0.25}
    short = trainer_of(LINEAR, with_targets([1, 1, 1]), batch_size=2, optimizer=rate, epochs=1)
    single = trainer_of(LINEAR, with_targets([1, 1]), batch_size=1, optimizer=rate, epochs=1)
    records(short), records(single)
    assert short.step == single.step == 2
    np.testing.assert_allclose(short.executor.network.vector, single.executor.network.vector, rtol=1e-12)


def test_a_batch_size_larger_than_the_data_gives_one_step_per_epoch():
    trainer = trainer_of(train=numbers(5), batch_size=1000, epochs=4)
    assert [record["step"] for record in records(trainer)] == [1, 2, 3, 4]


def test_steps_are_counted_over_epochs_including_the_short_batch():
    trainer = trainer_of(train=numbers(10), batch_size=4, epochs=3)
    events = list(trainer.run())
    steps = [(event.epoch, event.step, event.step_in_epoch) for event in events if isinstance(event, StepEnded)]
    assert steps == [(epoch, 3 * (epoch - 1) + index, index) for epoch in (1, 2, 3) for index in (1, 2, 3)]
    assert [event.last for event in events if isinstance(event, EpochEnded)] == [False, False, True]
    assert events[-1] == TrainingEnded("completed")


def test_validation_is_measured_after_the_epoch_without_dropout():
    validation = numbers(7, seed=1)
    trainer = trainer_of(DENSE, numbers(10), validation=validation, metrics=("rmse",), epochs=1)
    (record,) = records(trainer)
    network = trainer.executor.network
    p = network.named()
    hidden = np.tanh(validation.inputs @ p["0.dense.weight"] + p["0.dense.bias"])
    error = hidden @ p["3.dense.weight"] + p["3.dense.bias"] - validation.targets
    assert record["val_loss"] == pytest.approx(np.mean(error**2), rel=1e-12)
    assert record["val_rmse"] == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-12)


def test_validation_loss_is_the_mean_over_all_rows_of_several_batches():
    trainer = trainer_of(LINEAR, with_targets([1]), validation=with_targets(range(1100)), optimizer=STILL, epochs=1)
    assert records(trainer)[0]["val_loss"] == pytest.approx(np.mean(np.arange(1100.0) ** 2), rel=1e-12)


def test_validation_does_not_change_training():
    plain, validated = trainer_of(), trainer_of(validation=numbers(7, seed=1))
    first, second = records(plain), records(validated)
    assert weights(plain) == weights(validated)
    assert [record["train_loss"] for record in first] == [record["train_loss"] for record in second]


def test_a_record_has_the_columns_of_metrics_csv():
    trainer = trainer_of(validation=numbers(7), metrics=("rmse", "r2"))
    record = records(trainer)[0]
    assert list(record) == [
        "epoch",
        "step",
        *(f"{kind}_{name}" for kind in ("train", "val") for name in ("loss", "rmse", "r2")),
        "learning_rate",
        "seconds",
    ]
    assert record["learning_rate"] == 1e-3
    assert 0 < record["seconds"] < 10


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_step_that_is_not_finite_does_not_change_the_weights(value):
    train = numbers(12)
    train.inputs[9] = value
    trainer = trainer_of(DENSE, train, shuffle=False)
    events, run = [], trainer.run()
    for _ in range(2):
        events.append(next(run))
    before = weights(trainer)
    moments = {name: array.tobytes() for name, array in trainer.arrays().items()}
    with pytest.raises(NonFiniteError) as caught:
        next(run)
    assert all(isinstance(event, StepEnded) for event in events)
    assert weights(trainer) == before
    assert {name: array.tobytes() for name, array in trainer.arrays().items()} == moments
    message = str(caught.value)
    assert message.startswith("epoch 1, step 3: the loss is nan")
    assert "model.0.dense" in message
    assert caught.value.exit_code == 1


def test_the_error_names_the_first_layer_that_is_not_finite():
    layers = ({"type": "dense", "units": 2}, "tanh", {"type": "dense", "units": 1})
    trainer = trainer_of(layers, numbers(8))
    trainer.executor.network.named()["2.dense.bias"][...] = np.inf
    with pytest.raises(NonFiniteError, match=r"first in the output of model\.2\.dense"):
        list(trainer.run())


def test_training_stops_if_only_the_gradient_is_not_finite():
    train = Dataset(np.full((4, 1), 1e200), np.zeros((4, 1)))
    trainer = trainer_of(LINEAR, train)
    trainer.executor.network.named()["0.dense.weight"][...] = 1e-50  # output 1e150, loss 1e300, gradient 2e350
    before = weights(trainer)
    with pytest.raises(NonFiniteError, match=r"the gradient is not finite, first in the gradient of model\.0\.dense"):
        list(trainer.run())
    assert weights(trainer) == before


def test_steps_that_are_not_finite_can_be_skipped():
    train = numbers(12)
    train.inputs[5] = np.nan
    trainer = trainer_of(DENSE, train, shuffle=False, on_nonfinite="skip", epochs=2)
    events = list(trainer.run())
    assert [event.count for event in events if isinstance(event, StepSkipped)] == [1, 2]
    assert sum(isinstance(event, StepEnded) for event in events) == 4
    assert np.isfinite(trainer.executor.network.vector).all()
    assert np.isfinite([event.record["train_loss"] for event in events if isinstance(event, EpochEnded)]).all()


def test_skipped_rows_do_not_count_in_the_mean():
    train = with_targets([1, 2, np.nan, 4, 5, 6])
    trainer = trainer_of(LINEAR, train, shuffle=False, batch_size=2, on_nonfinite="skip", optimizer=STILL, epochs=1)
    assert records(trainer)[0]["train_loss"] == pytest.approx((1 + 4 + 25 + 36) / 4)


def test_the_number_of_skipped_steps_is_limited():
    train = numbers(4)
    train.inputs[0] = np.nan
    trainer = trainer_of(DENSE, train, batch_size=2, on_nonfinite="skip", epochs=MAX_SKIPPED + 5)
    with pytest.raises(NonFiniteError, match=f"{MAX_SKIPPED} such steps were skipped already"):
        list(trainer.run())
    assert trainer.epoch == MAX_SKIPPED


def test_an_epoch_whose_steps_are_all_skipped_is_an_error():
    train = numbers(4)
    train.inputs[:] = np.nan
    with pytest.raises(NonFiniteError, match="epoch 1: every step was skipped"):
        list(trainer_of(DENSE, train, on_nonfinite="skip").run())


def test_clipping_limits_the_norm_of_the_gradient():
    # gradient descent with rate 1 moves the weights by the clipped gradient's norm
    rate = {"type": "sgd", "learning_rate": 1.0}
    trainer = trainer_of(LINEAR, with_targets([100]), optimizer=rate, clip_norm=0.5, epochs=1)
    list(trainer.run())
    assert np.linalg.norm(trainer.executor.network.vector) == pytest.approx(0.5)
    free = trainer_of(LINEAR, with_targets([0.01]), optimizer=rate, clip_norm=0.5, epochs=1)
    list(free.run())
    np.testing.assert_allclose(free.executor.network.vector, [0.02, 0.02], rtol=1e-12)


def stopped_after(values, patience, **keys):
    """Return (epochs run, best epoch) if the monitored column has these values."""
    monitor, stopping = Monitor("train_loss", **keys), Monitor("train_loss", **keys)
    trainer = trainer_of(epochs=len(values), stopping=stopping, patience=patience)
    trainer.best_monitor = monitor
    record = trainer._record
    remaining = iter(values)

    def replaced(number, begun):
        found = yield from record(number, begun)
        return {**found, "train_loss": next(remaining)}

    trainer._record = replaced
    events = list(trainer.run())
    ended = [event for event in events if isinstance(event, EpochEnded)]
    assert ended[-1].last
    assert events[-1].reason == ("early_stopping" if trainer.stopped_early else "completed")
    assert trainer.best_record["epoch"] == monitor.best_epoch
    return len(ended), monitor.best_epoch


def test_early_stopping_ends_after_patience_epochs_without_improvement():
    assert stopped_after([5, 4, 4.5, 4.6, 3, 3.1, 3.2, 3.3, 1], patience=3) == (8, 5)
    assert stopped_after([5, 4, 3, 2], patience=1) == (4, 4)
    assert stopped_after([1, 2, 3, 4], patience=1) == (2, 1)


def test_an_improvement_below_min_delta_does_not_count():
    assert stopped_after([5, 4.95, 4.9, 4.8, 4.7], patience=2, min_delta=0.5) == (3, 1)


def test_early_stopping_can_monitor_a_metric_whose_higher_values_are_better():
    assert stopped_after([0.5, 0.6, 0.9, 0.8, 0.7], patience=2, higher_is_better=True) == (5, 3)


def test_nan_is_never_better_than_a_number():
    assert stopped_after([np.nan, 2, np.nan, 1], patience=10) == (4, 4)
    assert stopped_after([2, np.nan, np.nan, np.nan, 1], patience=3) == (4, 1)
    assert stopped_after([0.5, np.nan, 0.4], patience=2, higher_is_better=True) == (3, 1)


@pytest.mark.parametrize("higher", [False, True])
def test_if_all_monitored_values_are_nan_the_first_epoch_is_the_best(higher):
    assert stopped_after([np.nan] * 9, patience=3, higher_is_better=higher) == (4, 1)
    assert stopped_after([np.nan, np.nan, 2, 3, 4], patience=2, higher_is_better=higher) == (3 + 2, 5 if higher else 3)
    assert stopped_after([np.nan] * 3, patience=9, higher_is_better=higher) == (3, 1)


@pytest.mark.parametrize("layers", [DENSE, CONVOLUTION], ids=["dense", "convolution"])
def test_training_twice_gives_the_same_bits(layers):
    train = numbers(40, (3,) if layers is DENSE else (6, 6, 2), dtype="float32")
    first, again = (trainer_of(layers, train, batch_size=16, metrics=("rmse",)) for _ in range(2))
    one, two = records(first), records(again)
    for record in (*one, *two):
        del record["seconds"]
    assert one == two
    assert weights(first) == weights(again)


SETTINGS = {"batches_per_step": 2, "batch_size": 8, "penalty": {"l1": 0.01}, "decay": 0.9}


@pytest.mark.parametrize(
    ("layers", "settings"),
    [(DENSE, {}), (CONVOLUTION, {}), (DENSE, SETTINGS)],
    ids=["dense", "convolution", "settings"],
)
@pytest.mark.parametrize("stop", range(1, 9))
def test_resuming_from_any_step_gives_the_same_bits(layers, settings, stop):
    train = numbers(40, (3,) if layers is DENSE else (6, 6, 2), dtype="float32")
    metrics = ("r2", "median_absolute_error")
    keys = {"validation": numbers(5, train.inputs.shape[1:], dtype="float32"), "batch_size": 16, "metrics": metrics}
    keys |= settings
    whole = trainer_of(layers, train, **keys)
    expected = records(whole)

    first = trainer_of(layers, train, **keys)
    found, events = [], first.run()
    while first.step < stop or first.step_in_epoch == 3:
        event = next(events)
        if isinstance(event, EpochEnded):
            found.append(event.record)
    state = json.loads(json.dumps(first.state()))
    arrays = {name: array.copy() for name, array in first.arrays().items()}

    second = trainer_of(layers, train, **keys)
    second.executor.network.vector[...] = first.prediction_parameters
    second.restore(state, arrays)
    found += records(second)
    assert weights(second) == weights(whole)
    assert [{**record, "seconds": 0} for record in found] == [{**record, "seconds": 0} for record in expected]
    assert second.best_monitor.state() == whole.best_monitor.state()
    assert all(array.tobytes() == whole.arrays()[name].tobytes() for name, array in second.arrays().items())


@pytest.mark.parametrize(
    "optimizer",
    [
        {"type": "adamw", "weight_decay": 0.5, "amsgrad": True},
        {"type": "rmsprop", "momentum": 0.5, "centered": True},
        {"type": "adagrad", "initial_accumulator": 0.1},
    ],
    ids=lambda config: config["type"],
)
def test_all_state_vectors_of_an_optimizer_are_restored(optimizer):
    first, second = (trainer_of(optimizer=optimizer, epochs=2) for _ in range(2))
    run = first.run()
    for _ in range(2):
        next(run)
    second.executor.network.vector[...] = first.executor.network.vector
    second.restore(json.loads(json.dumps(first.state())), {name: a.copy() for name, a in first.arrays().items()})
    list(run)
    records(second)
    assert weights(second) == weights(first)
    assert all(array.tobytes() == first.arrays()[name].tobytes() for name, array in second.arrays().items())


def test_weight_decay_does_not_change_biases():
    x = np.zeros((4, 3))
    trainer = trainer_of(
        ({"type": "dense", "units": 1},),
        Dataset(x, np.full((4, 1), 7.0)),  # a bias of 7 predicts these targets, so every gradient is 0
        optimizer={"type": "adamw", "learning_rate": 0.1, "weight_decay": 0.5},
        epochs=2,
    )
    named = trainer.executor.network.named()
    named["0.dense.bias"][...] = 7
    before = named["0.dense.weight"].copy()
    records(trainer)
    assert named["0.dense.bias"] == 7
    np.testing.assert_allclose(named["0.dense.weight"], before * 0.95**2, rtol=1e-15)


def test_metrics_that_keep_rows_store_them_as_arrays_until_the_epoch_ends():
    trainer = trainer_of(train=numbers(40), batch_size=4, metrics=("median_absolute_error", "mae"), epochs=1)
    run = trainer.run()
    for _ in range(7):
        next(run)
    arrays = trainer.arrays()
    assert arrays["tally/median_absolute_error"].shape == (1 + 7 * 4 * 2,)  # column count, then two numbers per row
    assert arrays["tally/mae"].shape == (2,)
    assert len(json.dumps(trainer.state())) < 600
    list(run)
    assert {name: array.size for name, array in trainer.arrays().items() if name.startswith("tally/")} == {
        "tally/median_absolute_error": 0,
        "tally/mae": 0,
    }


def test_the_state_of_a_trainer_with_other_metrics_is_refused():
    first, second = trainer_of(metrics=("mae",)), trainer_of(metrics=("mae", "rmse"))
    with pytest.raises(KeyError, match="tally/rmse"):
        second.restore(first.state(), first.arrays())


def test_early_stopping_continues_from_a_stored_state():
    first = trainer_of(stopping=Monitor("train_loss"), patience=3)
    first.early_stopping_monitor.update({"train_loss": 1.0, "epoch": 1})
    first.early_stopping_monitor.update({"train_loss": 2.0, "epoch": 2})
    second = trainer_of(stopping=Monitor("train_loss"), patience=3)
    second.restore(first.state(), first.arrays())
    stopping = second.early_stopping_monitor
    assert (stopping.best, stopping.best_epoch, stopping.epochs_without_improvement) == (1.0, 1, 1)


def test_the_patience_of_early_stopping_can_be_reset():
    trainer = trainer_of(stopping=Monitor("train_loss"), patience=1, epochs=9)
    trainer.early_stopping_monitor.epochs_without_improvement, trainer.epoch = 1, 1
    assert trainer.ended
    trainer.reset_patience()
    assert (trainer.ended, trainer.early_stopping_monitor.epochs_without_improvement) == (False, 0)


@pytest.mark.parametrize("early", [False, True])
def test_a_trainer_that_has_ended_does_not_train_again(early):
    trainer = trainer_of(epochs=2, stopping=Monitor("train_loss") if early else None, patience=1 if early else None)
    if early:
        trainer.early_stopping_monitor.epochs_without_improvement = 1
    else:
        list(trainer.run())
    before, steps = weights(trainer), trainer.step
    (event,) = trainer.run()
    assert event.reason == ("early_stopping" if early else "completed")
    assert (weights(trainer), trainer.step) == (before, steps)


def test_validation_yields_events_and_can_be_repeated_after_an_interruption():
    keys = {"validation": numbers(2 * EVALUATION_ROWS + 5), "metrics": ("r2",), "epochs": 1}
    expected = records(whole := trainer_of(**keys))
    first = trainer_of(**keys)
    run = first.run()
    rows = []
    for event in run:
        if isinstance(event, RowsMeasured):
            rows.append(event.rows)
            if len(rows) == 2:
                break
    assert rows == [EVALUATION_ROWS, 2 * EVALUATION_ROWS]
    assert (first.epoch, first.step_in_epoch) == (0, first.steps_per_epoch)
    second = trainer_of(**keys)
    second.executor.network.vector[...] = first.executor.network.vector
    second.restore(json.loads(json.dumps(first.state())), first.arrays())
    assert [{**record, "seconds": 0} for record in records(second)] == [{**r, "seconds": 0} for r in expected]
    assert weights(second) == weights(whole)


@pytest.mark.parametrize("policy", ["stop", "skip"])
def test_infinite_weights_are_an_error_at_the_end_of_the_epoch(policy):
    train = Dataset(np.full((1, 1), 1e150), np.full((1, 1), -1e150))
    rate = {"type": "sgd", "learning_rate": 1e60}
    trainer = trainer_of(LINEAR, train, optimizer=rate, on_nonfinite=policy, epochs=2)
    trainer.executor.network.vector[...] = 0.0
    with pytest.raises(NonFiniteError, match=r"^epoch 1, step 1: the weights are not finite, first in model\.0\.dense"):
        list(trainer.run())


def test_the_error_names_the_first_gradient_that_is_not_finite():
    layers = ({"type": "dense", "units": 1}, {"type": "dense", "units": 1})
    trainer = trainer_of(layers, Dataset(np.full((4, 1), 1e200), np.zeros((4, 1))))
    named = trainer.executor.network.named()
    # both gradients overflow, but the loss does not
    named["0.dense.weight"][...], named["1.dense.weight"][...] = 1e-40, 1e-10
    with pytest.raises(NonFiniteError, match=r"first in the gradient of model\.1\.dense"):
        list(trainer.run())


def overflowing():
    """Return rows with one finite input whose square overflows."""
    data = numbers(16, dtype="float32")
    data.inputs[9, 1] = 3e19
    return data


NORM = ["batch_norm", {"type": "dense", "units": 1}]


def test_a_step_whose_buffers_are_not_finite_is_skipped():
    trainer = trainer_of(NORM, overflowing(), batch_size=4, epochs=2, on_nonfinite="skip")
    list(trainer.run())
    assert trainer.skipped == 2
    assert np.isfinite(trainer.executor.network.vector).all()


def test_the_error_names_buffers_that_are_not_finite():
    with pytest.raises(NonFiniteError) as caught:
        list(trainer_of(NORM, overflowing(), batch_size=4).run())
    words = "a non-trainable parameter is not finite, first in the new value of model.0.batch_norm.running_variance"
    assert words in str(caught.value)
