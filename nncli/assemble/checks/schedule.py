"""Check the learning rates of schedules from plugins."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from nncli.assemble.learning_rate import sampled_steps
from nncli.assemble.resources import ResourceEstimate
from nncli.assemble.user_code import error_location
from nncli.config.spec import Spec
from nncli.core.errors import Problem
from nncli.core.fields import is_user_defined
from nncli.core.value_text import format_value
from nncli.optim.schedule import ScheduleContext, schedule_of


def check_schedule(spec: Spec, resources: ResourceEstimate) -> Iterator[Problem]:
    """Yield a problem for the first sampled rate of a plugin's schedule that is not a finite number of at least 0.

    Args:
        spec: the spec, with every default filled in.
        resources: the estimated resources of the run, including its number of steps.
    """
    schedule = schedule_of(spec.optimizer)
    if schedule is None or not is_user_defined(type(schedule)):
        return
    for step in sampled_steps(resources.steps_per_epoch * resources.epochs):
        try:
            rate = schedule.at(step, ScheduleContext(resources.steps_per_epoch, resources.epochs))
            if 0 <= float(rate) < inf:
                continue
            fault = f"expected a finite number of at least 0; got {format_value(rate)}"
        except Exception as error:  # user code may raise anything
            place = error_location(error.__traceback__, {type(schedule).__module__})
            fault = f"{place}{type(error).__name__}: {error}"
        message = f"the rate of {schedule.type_name} in step {step}: {fault}"
        yield Problem(("optimizer", "learning_rate"), message)
        return
