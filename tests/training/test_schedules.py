"""Test learning rate schedules in training."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.registry import SCHEDULES
from nncli.optim.schedule import ScheduleContext
from nncli.training.events import EpochEnded
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau
from tests.training.make import numbers, trainer_of, weights

COSINE = {"type": "cosine", "initial": 0.1, "final": 0.01, "warmup_steps": 2}
STEP = {"type": "step", "initial": 0.1, "factor": 0.5}
WAITING = {"type": "reduce_on_plateau", "initial": 0.5, "factor": 0.5, "patience": 1, "min_delta": 0.1}
CONTEXT = ScheduleContext(steps_per_epoch=3, epochs=3)  # ten rows in batches of four


def training(schedule, **keys):
    """Return a trainer with this schedule, and a list that receives the rate of every step."""
    trainer, used = trainer_of(optimizer={"type": "sgd", "learning_rate": schedule}, **keys), []
    step = trainer.driver.step

    def record_rate(gradient, rate, each):
        used.append(rate)
        step(gradient, rate, each)

    trainer.driver.step = record_rate
    return trainer, used


def rates(schedule, context=CONTEXT, steps=range(9)):
    made = build(SCHEDULES, schedule)
    return [made.at(step, context) for step in steps]


def waiting():
    return Plateau(Monitor("train_loss", min_delta=0.1), patience=1)


def columns(trainer):
    """Return the learning rate in the record of every epoch."""
    return [event.record["learning_rate"] for event in trainer.run() if isinstance(event, EpochEnded)]


@pytest.mark.parametrize("schedule", [COSINE, STEP, {"type": "one_cycle", "maximum": 0.1}], ids=lambda it: it["type"])
def test_steps_follow_the_schedule_and_records_show_the_rate_of_the_last_step(schedule):
    trainer, used = training(schedule)
    expected = rates(schedule)
    assert trainer.learning_rate == expected[0]
    assert columns(trainer) == [expected[2], expected[5], expected[8]]
    assert used == expected


def test_the_first_step_has_the_initial_rate_and_the_last_step_the_final_rate():
    trainer, used = training({"type": "linear", "initial": 0.3, "final": 0.1})
    list(trainer.run())
    assert (used[0], used[-1]) == (0.3, 0.1)


def test_a_skipped_step_advances_the_schedule():
    train = numbers(12)
    train.inputs[5] = np.nan  # in the second of three batches
    trainer, used = training(COSINE, train=train, shuffle=False, on_nonfinite="skip")
    list(trainer.run())
    expected = rates(COSINE)
    assert used == [rate for step, rate in enumerate(expected) if step % 3 != 1]


def test_ending_the_run_earlier_does_not_change_the_schedule():
    trainer, used = training(COSINE)
    trainer.settings = replace(trainer.settings, epochs=2)
    list(trainer.run())
    assert used == rates(COSINE)[:6]


def test_the_rate_is_reduced_if_the_loss_does_not_improve():
    trainer, used = training(WAITING, plateau=waiting(), train=numbers(10, seed=4), epochs=6)
    losses, expected, best, rate = [], [], np.inf, 0.5
    for event in trainer.run():
        if isinstance(event, EpochEnded):
            losses.append(event.record["train_loss"])
            expected += [rate] * 3
            assert event.record["learning_rate"] == rate
            if losses[-1] < best - 0.1:
                best = losses[-1]
            else:
                rate /= 2
    assert used == expected
    assert 1 < len(set(used)) < 6


@pytest.mark.parametrize("schedule", [COSINE, WAITING], ids=lambda it: it["type"])
@pytest.mark.parametrize("stop", range(1, 12))
def test_resuming_from_any_step_gives_the_same_bits(schedule, stop):
    def new():
        train = numbers(10, seed=4, dtype="float32")
        return training(schedule, plateau=waiting() if schedule is WAITING else None, train=train, epochs=4)

    whole, expected = new()
    list(whole.run())
    (first, used), (second, more) = new(), new()
    events = first.run()
    while first.step < stop:
        next(events)
    second.executor.network.vector[...] = first.executor.network.vector
    second.restore(json.loads(json.dumps(first.state())), {name: it.copy() for name, it in first.arrays().items()})
    list(second.run())
    assert used + more == expected
    assert weights(second) == weights(whole)
    assert {**second.state(), **dict.fromkeys(("total_seconds", "last_record", "best_record"))} == {
        **whole.state(),
        **dict.fromkeys(("total_seconds", "last_record", "best_record")),
    }


def test_a_schedule_over_the_whole_run_restarts_with_a_later_trainer():
    first, used = training(COSINE)
    list(first.run())
    second, _ = training(COSINE, epochs=5)
    second.continue_from(first)  # takes over the driver of `first`, which still adds the rates to `used`
    list(second.run())
    assert used == rates(COSINE) + rates(COSINE, ScheduleContext(3, 5), range(15))
    assert second.epoch == 8


@pytest.mark.parametrize("schedule", [STEP, {**COSINE, "steps": 20}, {**COSINE, "epochs": 6}], ids=str)
def test_schedules_that_do_not_span_the_run_continue_with_a_later_trainer(schedule):
    first, used = training(schedule)
    list(first.run())
    second, _ = training(schedule)
    second.continue_from(first)
    list(second.run())
    assert used == rates(schedule, steps=range(18))


def test_reductions_carry_over_to_a_later_trainer():
    first, _ = training(WAITING, plateau=waiting())
    first.plateau.reductions = 2
    second, _ = training(WAITING, plateau=waiting())
    second.continue_from(first)
    assert second.learning_rate == 0.125
