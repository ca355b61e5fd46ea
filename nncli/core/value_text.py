"""Format a value for a message, as YAML would write it."""

from __future__ import annotations

from math import isfinite
from typing import Any

from nncli.core.text_format import join_names, truncate

MAX_ITEMS = 6  # items of a list that are written out
MAX_LIST_LENGTH = 100  # characters of a list; a longer list is shown as its length


def format_value(value: Any) -> str:
    """Return a value as YAML would write it, shortened: a mapping as its keys, a nested list as its length."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping" + (f" with the keys {join_names(map(str, value))}" if value else " without keys")
    if isinstance(value, list | tuple):
        return _format_list(value)
    if isinstance(value, float) and not isfinite(value):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    if isinstance(value, str):
        return repr(truncate(value))
    if isinstance(value, int | float):
        return truncate(repr(value))
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _format_list(values: list[Any] | tuple[Any, ...]) -> str:
    first = values[:MAX_ITEMS]
    if any(isinstance(item, dict | list | tuple) for item in first):
        return f"a list of {len(values)}"
    text = f"[{', '.join(map(format_value, first))}{', ...' if len(values) > MAX_ITEMS else ''}]"
    return text if len(text) < MAX_LIST_LENGTH else f"a list of {len(values)}"
