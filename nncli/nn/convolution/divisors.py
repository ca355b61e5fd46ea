"""The divisors of a number, for messages about the groups of a convolution."""

from __future__ import annotations

import math


def divisors_in_words(number: int) -> str:
    """Return the divisors of a number, such as "1, 2 or 4"; for a number above a million, some may be missing."""
    small = [divisor for divisor in range(1, min(math.isqrt(number), 1000) + 1) if number % divisor == 0]
    *others, last = map(str, sorted({*small, *(number // divisor for divisor in small)}))
    return f"{', '.join(others)} or {last}" if others else last
