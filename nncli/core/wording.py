"""Texts, names and sizes of any length in a message that stays short."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 80  # characters of what a message repeats
MOST_NAMES = 40  # that it lists


def cut(text: str, most: int = LONGEST) -> str:
    """A text, its middle left out where it is longer."""
    return text if len(text) <= most else f"{text[: most * 2 // 3]}...{text[-most // 4 :]}"


def names(known: Iterable[str], most: int = MOST_NAMES) -> str:
    """Names with commas between them; of many only the first."""
    listed = [cut(name, 40) for name in known]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def in_bytes(size: int) -> str:
    """Such as 622 KB."""
    value = float(size)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


def of_parameters(trainable: int, non_trainable: int = 0) -> str:
    """Return both counts as words, such as "4,217 parameters, and 144 non-trainable parameters"."""
    more = f", and {non_trainable:,} non-trainable parameters" if non_trainable else ""
    return f"{trainable:,} parameters{more}"


def counted(count: int, word: str) -> str:
    """Such as 1 step, 2 steps."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
