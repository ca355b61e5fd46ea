"""Rates of a user's own schedule that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from nncli.assemble.learning_rate import sampled_steps
from nncli.assemble.resources import ResourceEstimate
from nncli.assemble.user_code import place_in
from nncli.config.spec import Spec
from nncli.core.errors import Problem
from nncli.core.fields import is_foreign
from nncli.core.value_text import format_value
from nncli.optim.schedule import ScheduleContext, schedule_of


def check_schedule(spec: Spec, plan: ResourceEstimate) -> Iterator[Problem]:
    """The first rate of a user's own schedule that is not a finite number of at least 0, among a sample of steps.

    Args:
        spec: with every default written.
        plan: of the run.
    """
    schedule = schedule_of(spec.optimizer)
    if schedule is None or not is_foreign(type(schedule)):
        return
    for step in sampled_steps(plan.steps_per_epoch * plan.epochs):
        try:
            rate = schedule.at(step, ScheduleContext(plan.steps_per_epoch, plan.epochs))
            if 0 <= float(rate) < inf:
                continue
            fault = f"expected a finite number at least 0; got {format_value(rate)}"
        except Exception as error:  # a user's code may raise anything
            place = place_in(error.__traceback__, {type(schedule).__module__})
            fault = f"{place}{type(error).__name__}: {error}"
        message = f"the rate of {schedule.type_name} in step {step}: {fault}"
        yield Problem(("optimizer", "learning_rate"), message)
        return
