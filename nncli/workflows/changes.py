"""What may change in a run's config when it goes on, and what may not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from nncli.core.describe import show

FREE = ("name", "training.epochs", "training.checkpoint", "training.early_stopping", "training.threads")
FIXED = ("training.checkpoint.monitor", "training.early_stopping.monitor")  # the best value so far is one of these


def changes(before: dict[str, Any], after: dict[str, Any], *, moved: bool = False) -> list[str]:
    """Every difference in what makes a run what it is, as "seed was 0, is 1".

    Args:
        before: the config of the run as plain values.
        after: the config to go on with.
        moved: whether the data files hold what they held, so that it is no difference where they stand.
    """
    return [
        f"{path} was {show(old)}, is {show(new)}"
        for path, old, new in _differences(before, after, "")
        if (path in FIXED or not path.startswith(FREE)) and not (moved and _is_place(path, old, new))
    ]


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
