"""Test schedules against rates computed by hand."""

from __future__ import annotations

from math import cos, pi, sqrt

import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError
from nncli.core.fields import dump
from nncli.core.registry import OPTIMIZERS
from nncli.optim import SGD, Adam
from nncli.optim.schedule import ScheduleContext
from nncli.optim.schedules import Constant, Cosine, Exponential, Linear, OneCycle, ReduceOnPlateau, Step

THREE = ScheduleContext(3, 3)


def rates(schedule, context=THREE, steps=None):
    """Return the rates of the first `steps` steps, by default of the whole run."""
    return [schedule.at(step, context) for step in range(steps or context.steps_per_epoch * context.epochs)]


def test_constant_rate_after_a_warm_up():
    assert rates(Constant(0.4, warmup_steps=4), steps=6) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])


def test_step_multiplies_the_rate_after_every_period():
    assert rates(Step(0.8, 0.5)) == [0.8] * 3 + [0.4] * 3 + [0.2] * 3
    assert rates(Step(0.8, 0.5, every_epochs=2)) == [0.8] * 6 + [0.4] * 3
    assert rates(Step(0.8, 0.5, every_steps=2), steps=5) == [0.8, 0.8, 0.4, 0.4, 0.2]


def test_the_period_begins_after_the_warm_up():
    # two steps of warm-up, then three steps per period
    assert rates(Step(0.8, 0.5, every_steps=3, warmup_steps=2), steps=7) == [0.4, 0.8, 0.8, 0.8, 0.8, 0.4, 0.4]


def test_exponential_decays_in_every_step():
    # four steps halve the rate: each step multiplies it by 2^(-1/4)
    found = rates(Exponential(1.0, 0.5, every_steps=4), steps=9)
    assert found == pytest.approx([2 ** (-step / 4) for step in range(9)])
    assert (found[4], found[8]) == (0.5, 0.25)


def test_cosine():
    # 5 steps: the angle is 0, pi/4, pi/2, 3pi/4, pi
    found = rates(Cosine(3.0, 1.0), ScheduleContext(5, 1))
    assert found == pytest.approx([3, 2 + 1 / sqrt(2), 2, 2 - 1 / sqrt(2), 1])
    assert (found[0], found[-1]) == (3, 1)


def test_linear():
    assert rates(Linear(1.0), ScheduleContext(5, 1)) == [1, 0.75, 0.5, 0.25, 0]
    assert rates(Linear(1.0, 3.0, steps=3), ScheduleContext(5, 1)) == [1, 2, 3, 3, 3]


def test_one_cycle():
    # 10 steps: the rate increases over 0.5 * 10 - 1 = 4 steps and decreases over the last 5
    found = rates(OneCycle(1.0, 0.2, 0.0, 0.5), ScheduleContext(10, 1))
    up = [0.2 + 0.8 * (1 - cos(pi * step / 4)) / 2 for step in range(5)]
    down = [(1 + cos(pi * step / 5)) / 2 for step in range(1, 6)]
    assert found == pytest.approx(up + down, abs=1e-15)
    assert (found[0], max(found), found[4], found[-1]) == (0.2, 1.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("steps", "expected"), [(1, [0.2]), (2, [0.2, 0.1]), (3, [0.2, 1.0, 0.1]), (4, [0.2, 1.0, 0.55, 0.1])]
)
def test_one_cycle_with_very_few_steps(steps, expected):
    assert rates(OneCycle(1.0, 0.2, 0.1), ScheduleContext(steps, 1)) == pytest.approx(expected)


@pytest.mark.parametrize("rise", [1e-9, 0.3, 0.999999999])
@pytest.mark.parametrize("steps", range(1, 30))
def test_one_cycle_has_the_exact_first_and_last_rate(steps, rise):
    found = rates(OneCycle(1.0, 0.2, 0.1, rise), ScheduleContext(steps, 1))
    assert found[0] == 0.2
    assert found[-1] == (0.2 if steps == 1 else 0.1)
    peak = found.index(max(found))
    assert found[:peak] == sorted(found[:peak])
    assert found[peak:] == sorted(found[peak:], reverse=True)


def test_one_cycle_has_default_rates():
    schedule = OneCycle(0.5)
    assert dump(schedule) == {
        "type": "one_cycle",
        "warmup_steps": 0,
        "epochs": None,
        "steps": None,
        "maximum": 0.5,
        "initial": 0.02,
        "final": 2e-6,
        "rise": 0.3,
    }
    assert OneCycle(0.5, final=0.0).final == 0.0


def test_the_default_period_is_one_epoch():
    assert (Step(1.0, 0.5).every_epochs, Step(1.0, 0.5, every_steps=3).every_epochs) == (1, None)
    assert Step(1.0, 0.5) == Step(1.0, 0.5, every_epochs=1)


def test_reduce_on_plateau_reduces_the_rate_down_to_final():
    schedule = ReduceOnPlateau(0.8, 0.5, final=0.15)
    found = [schedule.at(step, ScheduleContext(3, 9, reductions)) for reductions in range(5) for step in (0, 7, 100)]
    assert found == [0.8] * 3 + [0.4] * 3 + [0.2] * 3 + [0.15] * 6
    warm = ReduceOnPlateau(0.8, 0.5, warmup_steps=4)
    assert [warm.at(1, ScheduleContext(3, 9, reductions)) for reductions in (0, 1)] == [0.4, 0.2]


@pytest.mark.parametrize("cls", [Cosine, Linear])
def test_a_length_in_steps_or_epochs_includes_the_warm_up(cls):
    whole = rates(cls(1.0, 0.1, warmup_steps=2), ScheduleContext(3, 3))
    for length in ({"steps": 9}, {"epochs": 3}):
        found = rates(cls(1.0, 0.1, warmup_steps=2, **length), ScheduleContext(3, 10))
        assert found[:9] == whole
        assert set(found[9:]) == {0.1}


def test_the_warm_up_may_be_as_long_as_the_run_or_longer():
    assert rates(Cosine(1.0, warmup_steps=4), ScheduleContext(2, 2)) == [0.25, 0.5, 0.75, 1.0]
    assert rates(Cosine(1.0, warmup_steps=8), ScheduleContext(2, 2)) == [0.125, 0.25, 0.375, 0.5]
    assert rates(Cosine(1.0, warmup_steps=3), ScheduleContext(2, 2)) == pytest.approx([1 / 3, 2 / 3, 1.0, 1.0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Cosine(1.0, epochs=3, steps=3), "cosine.steps: epochs is given already"),
        (lambda: Linear(1.0, steps=3, warmup_steps=3), "linear.steps: expected more than 3, because the steps"),
        (lambda: Step(1.0, 0.5, every_epochs=1, every_steps=2), "step.every_steps: every_epochs is given already"),
        (lambda: Step(1.0, 1.0), r"step.factor: expected a number in \(0, 1\); got 1.0"),
        (lambda: Exponential(1.0, 0.0), r"exponential.factor: expected a number in \(0, 1\); got 0.0"),
        (lambda: OneCycle(0.1, 0.2), "one_cycle.initial: expected at most the maximum, which is 0.1; got 0.2"),
        (lambda: OneCycle(0.1, final=0.2), "one_cycle.final: expected at most the maximum, which is 0.1; got 0.2"),
        (lambda: ReduceOnPlateau(0.1, final=0.2), "final: expected at most the initial rate, which is 0.1; got 0.2"),
        (lambda: Cosine(0.0), "cosine.initial: expected a number above 0; got 0.0"),
        (lambda: Cosine(1.0, warmup_steps=-1), "cosine.warmup_steps: expected a whole number of at least 0; got -1"),
    ],
)
def test_invalid_fields_are_refused(make, words):
    with pytest.raises(ConfigError, match=words):
        make()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"type": "cosine", "initial": 1, "T_max": 9}, "unknown key 'T_max' for cosine: it is epochs or steps here"),
        ({"type": "cosine", "initial": 1, "eta_min": 0}, "'eta_min' for cosine: it is final here"),
        ({"type": "cosine", "initial": 1, "decay_steps": 9}, "'decay_steps' for cosine: it is steps here"),
        ({"type": "step", "initial": 1, "factor": 0.5, "step_size": 3}, "it is every_epochs or every_steps here"),
        ({"type": "step", "initial": 1, "gamma": 0.5}, "'gamma' for step: it is factor here"),
        ({"type": "exponential", "initial": 1, "decay_rate": 0.5}, "it is factor here"),
        ({"type": "exponential", "factor": 0.5, "initial_learning_rate": 1}, "it is initial here"),
        ({"type": "one_cycle", "max_lr": 0.5}, "'max_lr' for one_cycle: it is maximum here"),
        ({"type": "one_cycle", "maximum": 1, "cycle_momentum": False}, "momentum is not cycled here"),
        ({"type": "reduce_on_plateau", "initial": 1, "mode": "max"}, "every metric knows"),
        ({"type": "reduce_on_plateau", "initial": 1, "min_lr": 0}, "it is final here"),
        ({"type": "linear", "initial": 1, "warmup_epochs": 1}, "write warmup_steps"),
    ],
)
def test_keys_of_pytorch_and_keras_give_advice(values, words):
    with pytest.raises(ConfigError) as caught:
        SGD(learning_rate=values)
    assert words in str(caught.value)


def test_a_rate_is_a_number_or_a_schedule():
    cosine = {"type": "cosine", "initial": 0.1, "final": 0.01}
    assert Adam(learning_rate=cosine) == Adam(learning_rate=Cosine(0.1, 0.01))
    assert Adam(learning_rate=1).learning_rate == 1.0
    assert dump(Adam(learning_rate=cosine))["learning_rate"]["type"] == "cosine"
    assert hash(Adam(learning_rate=cosine)) == hash(Adam(learning_rate=cosine))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-1, "learning_rate: expected a number above 0; got -1"),
        (float("nan"), "learning_rate: expected a finite number above 0; got .nan"),
        ("1e-3", "learning_rate: expected a number above 0 or a schedule; got '1e-3'; write it without quotes"),
        ("fast", "learning_rate: expected a number above 0 or a schedule; got 'fast'"),
        (True, "learning_rate: expected a number above 0 or a schedule; got true"),
        (None, "learning_rate: expected a number above 0 or a schedule; got nothing (null)"),
        ([0.1], "learning_rate: expected a number above 0 or a schedule; got [0.1]"),
        ("cosine", "learning_rate: cosine needs the key 'initial': a number above 0"),
        ("cosin", "learning_rate: unknown schedule 'cosin'; did you mean 'cosine'?"),
        ({"type": "cosin"}, "learning_rate.type: unknown schedule 'cosin'; did you mean 'cosine'?"),
        ({"initial": 1}, "learning_rate: this schedule needs the key 'type', one of constant, cosine"),
        ({"type": "cosine", "initial": "1"}, "learning_rate.initial: expected a number above 0; got '1'"),
        (SGD(), "learning_rate: expected a schedule; got a"),
    ],
)
def test_invalid_learning_rates_are_refused(value, message):
    with pytest.raises(ConfigError) as caught:
        Adam(learning_rate=value)
    assert f"adam.{message}" in str(caught.value)


@pytest.mark.parametrize("key", ["scheduler", "lr_scheduler", "warmup_steps", "decay"])
def test_schedule_keys_written_for_an_optimizer_give_advice(key):
    with pytest.raises(ConfigError, match=r"learning_rate: \{type: cosine, initial: 1e-3\}"):
        build(OPTIMIZERS, {"type": "adam", key: 3})
