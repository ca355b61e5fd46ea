"""Format texts, names, sizes and counts for messages, shortened if they are long."""

from __future__ import annotations

from collections.abc import Iterable

MAX_LENGTH = 80  # characters of a quoted text
MAX_NAMES = 40  # names in a list
MAX_NAME_LENGTH = 40  # characters of each name in a list


def truncate(text: str, max_length: int = MAX_LENGTH) -> str:
    """Return the text; in a text longer than `max_length`, "..." replaces the middle."""
    return text if len(text) <= max_length else f"{text[: max_length * 2 // 3]}...{text[-max_length // 4 :]}"


def join_names(names: Iterable[str], max_names: int = MAX_NAMES) -> str:
    """Join names by commas; if there are more than `max_names`, "and N more" replaces the last ones."""
    shown = [truncate(name, MAX_NAME_LENGTH) for name in names]
    more = f" and {len(shown) - max_names} more" if len(shown) > max_names else ""
    return ", ".join(shown[:max_names]) + more


def format_bytes(size: int) -> str:
    """Format a number of bytes, such as "622 KB"."""
    value = float(size)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


def format_parameter_count(trainable: int, non_trainable: int = 0) -> str:
    """Format the size of a model, such as "4,217 parameters, and 144 non-trainable parameters"."""
    more = f", and {non_trainable:,} non-trainable parameters" if non_trainable else ""
    return f"{trainable:,} parameters{more}"


def count_noun(count: int, noun: str) -> str:
    """Format a count with its noun, such as "1 step" or "2 steps"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
