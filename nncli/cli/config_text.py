"""Format a part of a resolved config on one line."""

from __future__ import annotations

from typing import Any


def format_fields(values: dict[str, Any]) -> str:
    """Format the settings of a registered class, such as "adam (learning_rate 0.002, beta1 0.9)"."""
    return f"{values['type']} ({format_pairs(values)})"


def format_pairs(values: dict[str, Any]) -> str:
    """Format all keys that are not null, except `type`, such as "learning_rate cosine: initial 0.01; beta1 0.9"."""
    text, after = "", ""
    for key, value in values.items():
        if key == "type" or value is None:
            continue
        nested = isinstance(value, dict)
        separator = "; " if nested and text else after
        shown = f"{value['type']}: {format_pairs(value)}" if nested else _format_value(value)
        text += f"{separator}{key} {shown}"
        after = "; " if nested else ", "
    return text


def _format_value(value: Any) -> str:
    """Format a list or scalar as it would be written in a config."""
    if isinstance(value, list):
        return f"[{', '.join(map(_format_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else f"{value}"
