"""Parse single cells as numbers, and recognise codes such as 007."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

INTEGER_LIMIT = 2**53  # all whole numbers below it are exact as doubles


def parse_number(text: str) -> float | None:
    """Return a text such as -1.5 or 1e-3 as a finite number; None if it is not a number. 1_000 is not a number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and "_" not in text else None


def numbers_among(texts: Iterable[str]) -> list[float]:
    """Return the numbers among texts; other texts are left out."""
    return [value for text in texts if (value := parse_number(text)) is not None]


def is_code(text: str) -> bool:
    """Whether a number loses information when parsed: leading zeros, as in 007, or more digits than a double holds."""
    digits = text.removeprefix("-").partition(".")[0]
    has_leading_zero = len(digits) > 1 and digits.isdigit() and digits[0] == "0"
    return has_leading_zero or abs(parse_number(text) or 0) >= INTEGER_LIMIT


def format_number(value: float) -> str:
    """Return a number as text; a whole number has no decimal point."""
    return str(int(value)) if value == int(value) else repr(value)
