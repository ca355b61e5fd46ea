"""Format shapes and large numbers for people."""

from __future__ import annotations

from collections.abc import Sequence


def format_shape(shape: Sequence[int]) -> str:
    """Format a shape, such as "28 x 28 x 1"."""
    return " x ".join(map(str, shape))


def format_large_number(number: int) -> str:
    """Format a number with a word for its magnitude, such as "4.9 million"; below a million, all its digits."""
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.3g} {word}"
    return f"{number:,}"
