"""Learning rate schedules that span the whole run, and the effect of more epochs on them.

With such a schedule, the learning rate of every step depends on the number of epochs. So a run cannot be extended by
more epochs, unless a setting keeps the number of epochs of the schedule.
"""

from __future__ import annotations

from nncli.config.spec import Spec
from nncli.lifecycle.next_command import NEW_RUN
from nncli.optim.schedule import Schedule, schedule_of


def whole_run_schedule(spec: Spec) -> Schedule | None:
    """Return the schedule of the learning rate if it spans the whole run, otherwise None."""
    schedule = schedule_of(spec.optimizer)
    return schedule if schedule is not None and schedule.over_run else None


def ends_at_zero(spec: Spec) -> bool:
    """Whether a schedule spans the whole run and ends at a rate of 0, so that more epochs would change nothing."""
    return getattr(whole_run_schedule(spec), "final", None) == 0


def fixed_length_setting(spec: Spec) -> str:
    """Return the setting that keeps the length of a whole-run schedule; "" without such a schedule."""
    return (
        f"--set optimizer.learning_rate.epochs={spec.training.epochs}" if whole_run_schedule(spec) is not None else ""
    )


def length_change(before: Spec, after: Spec) -> str:
    """Explain that a new number of epochs changes a whole-run schedule; return "" if nothing changes.

    Args:
        before: the spec that the run began with.
        after: the spec to resume it with.
    """
    had, has = before.training.epochs, after.training.epochs
    schedule = whole_run_schedule(after)
    if had == has or whole_run_schedule(before) is None or schedule is None:
        return ""
    spans = f"the {schedule.type_name} schedule of the learning rate spans the whole run"
    what = f"training.epochs was {had}, is {has}, but {spans}, so the steps already done would have been different"
    if ends_at_zero(before):
        return f"{what}; the old schedule cannot be kept, because its rate ends at 0; {NEW_RUN}"
    return f"{what}; keep the schedule unchanged with {fixed_length_setting(before)}, or {NEW_RUN}"
