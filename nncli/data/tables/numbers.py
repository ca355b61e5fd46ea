"""What counts as a number in a table, one cell at a time."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

EXACT = 2**53  # whole numbers below it are doubles


def number_of(text: str) -> float | None:
    """The finite number that a text is, such as -1.5 or 1e-3; None where it is none. 1_000 is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and "_" not in text else None


def numbers_among(texts: Iterable[str]) -> list[float]:
    """The numbers that some texts are; what is none is left out."""
    return [value for text in texts if (value := number_of(text)) is not None]


def is_code(text: str) -> bool:
    """Whether a number says more as text: it begins with a 0 that does not count, as 007 and -01.5, or is too long."""
    digits = text.removeprefix("-").partition(".")[0]
    return (len(digits) > 1 and digits.isdigit() and digits[0] == "0") or abs(number_of(text) or 0) >= EXACT


def written(value: float) -> str:
    """A number as text: a whole one without its point."""
    return str(int(value)) if value == int(value) else repr(value)
