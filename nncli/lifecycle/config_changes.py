"""Compare two configs of a run, ignoring settings that may change when the run resumes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from nncli.config.spec import Spec
from nncli.config.writer import to_plain
from nncli.core.value_text import format_value
from nncli.lifecycle.schedule_length import whole_run_schedule

# prefixes of settings that may change when a run resumes
CHANGEABLE = ("name", "training.epochs", "training.checkpoint", "training.early_stopping", "training.threads")
# exceptions to CHANGEABLE, because the best value so far was measured with this monitor
UNCHANGEABLE = ("training.checkpoint.monitor", "training.early_stopping.monitor")


def config_identity(spec: Spec) -> dict[str, Any]:
    """Return a config as plain values for `config_changes`, including the number of epochs of a whole-run schedule.

    With a schedule that spans the whole run, more epochs count as a changed config, because they change the learning
    rate of all steps.
    """
    values = to_plain(spec)
    if whole_run_schedule(spec) is not None:
        values["optimizer"]["learning_rate"]["epochs"] = spec.training.epochs
    return values


def config_changes(
    before: dict[str, Any], after: dict[str, Any], *, same_data: bool = False, changeable: tuple[str, ...] = CHANGEABLE
) -> list[str]:
    """Return every difference that prevents resuming, such as "seed was 0, is 1".

    Args:
        before: the config of the run as plain values.
        after: the config to resume it with.
        same_data: whether the data files have the same content, so that changed paths of these files are ignored.
        changeable: prefixes of settings that may differ.
    """
    found = []
    for path, old, new in _differences(before, after, ""):
        is_free = path.startswith(changeable) and path not in UNCHANGEABLE
        if not is_free and not (same_data and _is_data_path(path, old, new)):
            found.append(f"{path} was {format_value(old)}, is {format_value(new)}")
    return found


def may_change(path: str) -> bool:
    """Whether the setting at a dotted path may change when a run resumes; paths of data files may change."""
    return path.startswith(CHANGEABLE) or path.endswith((".path", ".inputs", ".targets"))


def _is_data_path(path: str, old: Any, new: Any) -> bool:
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
