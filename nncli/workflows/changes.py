"""What may change in a run's config and data when it goes on, and what may not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from nncli.config.resolved import plain
from nncli.config.spec import Spec
from nncli.core.describe import show
from nncli.data.files.fingerprint import fingerprint
from nncli.optim.schedule import Schedule, schedule_of

MOST_FILES = 3  # that are named
FREE = ("name", "training.epochs", "training.checkpoint", "training.early_stopping", "training.threads")
FIXED = ("training.checkpoint.monitor", "training.early_stopping.monitor")  # the best value so far is one of these


def identity(spec: Spec) -> dict[str, Any]:
    """The config as plain values, with the number of epochs in it for a schedule that goes over the whole run.

    So a run with more epochs is another one where its learning rate would have been another from the beginning; and
    it is the same one where the schedule is given the epochs that it had.
    """
    values = plain(spec)
    if _over_run(spec) is not None:
        values["optimizer"]["learning_rate"]["epochs"] = spec.training.epochs
    return values


def other_length(before: Spec, after: Spec, anew: str) -> str:
    """What to tell where a schedule goes over the whole run, and this has another length now; nothing where not.

    Args:
        before: what the run was begun with.
        after: what it is to go on with.
        anew: what can be done in any case.
    """
    had, has = before.training.epochs, after.training.epochs
    schedule = _over_run(after)
    if had == has or _over_run(before) is None or schedule is None:
        return ""
    whole = f"the {schedule.type_name} schedule of its learning rate goes over the whole run"
    what = f"training.epochs was {had}, is {has}, but {whole}, and would have been another one"
    if ends_at_zero(before):
        return f"{what}; as it was, it ends at 0, after which nothing is learnt; {anew}"
    return f"{what}; keep it as it was with {keeping_schedule(before)}, or {anew}"


def keeping_schedule(spec: Spec) -> str:
    """The setting that leaves a schedule over the whole run as it is, whatever the epochs; nothing where none does."""
    return f"--set optimizer.learning_rate.epochs={spec.training.epochs}" if _over_run(spec) is not None else ""


def ends_at_zero(spec: Spec) -> bool:
    """Whether a schedule goes over the whole run and down to a rate of 0, so that more epochs would change nothing."""
    return getattr(_over_run(spec), "final", None) == 0


def _over_run(spec: Spec) -> Schedule | None:
    """The schedule of a run's learning rate where it goes over the whole run."""
    schedule = schedule_of(spec.optimizer)
    return schedule if schedule is not None and schedule.over_run else None


def changes(
    before: dict[str, Any], after: dict[str, Any], *, moved: bool = False, free: tuple[str, ...] = FREE
) -> list[str]:
    """Every difference in what makes a run what it is, as "seed was 0, is 1".

    Args:
        before: the config of the run as plain values.
        after: the config to go on with.
        moved: whether the data files hold what they held, so that it is no difference where they stand.
        free: beginnings of paths whose differences do not count.
    """
    return [
        f"{path} was {show(old)}, is {show(new)}"
        for path, old, new in _differences(before, after, "")
        if (path in FIXED or not path.startswith(free)) and not (moved and _is_place(path, old, new))
    ]


def may_change(path: str) -> bool:
    """Whether a run may go on with another value at that path, if that is the same data elsewhere."""
    return path.startswith(FREE) or path.endswith((".path", ".inputs", ".targets"))


def _is_place(path: str, old: Any, new: Any) -> bool:
    """Whether a difference is that between two paths of data."""
    return path.startswith("data.") and all(isinstance(value, str) and os.path.isabs(value) for value in (old, new))


def _differences(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{path}.{index}")
    elif before != after:
        yield path, before, after


def changes_of_data(environment: Mapping[str, Any], now: Mapping[str, str]) -> str:
    """What is not as it was in the data files that a run was begun with; nothing where all is.

    Args:
        environment: of the run.
        now: the SHA-256 of every file that is read now, by its path.
    """
    known = _known(environment)
    if list(known.values()) == list(now.values()):
        return ""
    return _told(
        {
            "other content": [path for path in now if path in known and now[path] != known[path]],
            "new": [path for path in now if path not in known],
            "no longer read": [path for path in known if path not in now],
        }
    )


def changed_files(environment: Mapping[str, Any]) -> str:
    """Which of the data files that a run was begun with hold something else now; nothing where none does."""
    there = {path: digest for path, digest in _known(environment).items() if os.path.isfile(path)}
    return _told({"other content": [path for path, digest in there.items() if fingerprint(path) != digest]})


def _known(environment: Mapping[str, Any]) -> dict[str, str]:
    known = environment.get("data")
    return known if isinstance(known, dict) else {}


def _told(found: Mapping[str, list[str]]) -> str:
    told = [
        f"{what}: {', '.join(paths[:MOST_FILES])}{f' and {more} more' if (more := len(paths) - MOST_FILES) > 0 else ''}"
        for what, paths in found.items()
        if paths
    ]
    return f"the data have changed since the run began ({'; '.join(told)})" if told else ""
