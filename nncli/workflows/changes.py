"""What may change in a run's config when it goes on, and what may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nncli.core.describe import show

FREE = ("name", "training.epochs", "training.checkpoint", "training.early_stopping", "training.threads")
FIXED = ("training.checkpoint.monitor", "training.early_stopping.monitor")  # the best value so far is one of these


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Every difference in what makes a run what it is, as "seed was 0, is 1".

    Args:
        before: the config of the run as plain values.
        after: the config to go on with.
    """
    return [text for path, text in _differences(before, after, "") if path in FIXED or not path.startswith(FREE)]


def _differences(before: Any, after: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{path}.{index}")
    elif before != after:
        yield path, f"{path} was {show(before)}, is {show(after)}"
