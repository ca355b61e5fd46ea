"""The contract of all schedules in the table."""

from __future__ import annotations

import pytest

from nncli.optim.schedule import ScheduleContext
from tests.contracts.table import SCHEDULE_ROWS, name_of
from tests.contracts.values import made

CASES = [case for cases in SCHEDULE_ROWS.values() for case in cases]
over_all = pytest.mark.parametrize("case", CASES, ids=name_of)
CONTEXT = ScheduleContext(steps_per_epoch=7, epochs=5)
FAR = [*range(60), 10**6, 10**12]  # includes steps far beyond the end of the run


def rates(schedule, context=CONTEXT, steps=range(35)):
    return [schedule.at(step, context) for step in steps]


def made_of(case, **fields):
    """Return the schedule of a case with some fields changed to `fields`."""
    return type(made(case))(**{name: value for name, value in {**case.config, **fields}.items() if name != "type"})


@over_all
def test_the_first_and_the_last_rate_are_as_documented(case):
    schedule = made(case)
    assert schedule.at(0, CONTEXT) == pytest.approx(case.first, rel=1e-15, abs=0)
    assert schedule.at(34, CONTEXT) == pytest.approx(case.last, rel=1e-12, abs=0)


@over_all
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_a_warm_up_rises_linearly_to_the_first_rate(case, steps):
    found = rates(made_of(case, warmup_steps=steps))
    first = made(case).at(0, CONTEXT)
    assert found[:steps] == pytest.approx([first * (step + 1) / steps for step in range(steps)], rel=1e-15)
    assert found[steps] == first
    assert steps == 0 or found[steps - 1] == first


@over_all
def test_the_schedule_starts_after_the_warm_up(case):
    # without the fields steps and epochs, a schedule ends with the run
    context, later = ScheduleContext(1, 35), ScheduleContext(1, 31)
    fields = {"steps": case.config["steps"] - 4} if "steps" in case.config else {}
    fields |= {"epochs": case.config["epochs"] * 7 - 4} if "epochs" in case.config else {}
    whole = {"epochs": case.config["epochs"] * 7} if "epochs" in case.config else {}
    found = rates(made_of(case, warmup_steps=4, **whole), context, range(4, 35))
    assert found == rates(made_of(case, **fields), later, range(31))


@over_all
@pytest.mark.parametrize("warmup", [0, 3, 50])
def test_rates_are_between_zero_and_the_highest_rate(case, warmup):
    fields = {"steps": warmup + 9} if "steps" in case.config else {}  # `steps` includes the warm-up
    schedule = made_of(case, warmup_steps=warmup, **fields)
    highest = max(value for key, value in case.config.items() if key in ("initial", "final", "maximum"))
    for context in (
        CONTEXT,
        ScheduleContext(7, 5, reductions=3),
        ScheduleContext(1, 1),
        ScheduleContext(10**9, 10**6, reductions=10**6),
    ):
        found = rates(schedule, context, FAR)
        assert all(type(rate) is float for rate in found)
        assert min(found) >= 0
        assert max(found) <= highest * (1 + 1e-15)


@over_all
def test_the_rate_is_a_pure_function_of_the_step(case):
    schedule = made(case)
    before = rates(schedule, steps=FAR)
    assert rates(made(case), steps=reversed(FAR)) == before[::-1]
    assert rates(schedule, steps=FAR) == before
    assert schedule == made(case)


@over_all
def test_a_run_of_one_step_has_the_first_rate(case):
    fields = {key: 1 for key in ("epochs", "steps") if key in case.config}
    assert made_of(case, **fields).at(0, ScheduleContext(1, 1)) == pytest.approx(case.first, rel=1e-15)


@over_all
def test_rates_depend_on_the_length_of_the_run_only_if_over_run_is_true(case):
    schedule = made(case)
    longer = rates(schedule, ScheduleContext(7, 11))
    assert (longer != rates(schedule)) == schedule.over_run
    assert rates(schedule, ScheduleContext(7, 5)) == rates(schedule)
    if schedule.over_run:
        assert rates(made_of(case, epochs=5), ScheduleContext(7, 11)) == rates(schedule)


@over_all
def test_rates_do_not_depend_on_epochs_if_by_steps_is_true(case):
    schedule = made(case)
    if schedule.by_steps:
        assert rates(schedule, ScheduleContext(3, 5)) == rates(schedule, ScheduleContext(0, 0)) == rates(schedule)
