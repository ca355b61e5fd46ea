"""Numbers for people."""

from __future__ import annotations

from collections.abc import Sequence


def of_shape(shape: Sequence[int]) -> str:
    """Such as 28 x 28 x 1."""
    return " x ".join(map(str, shape))


def in_words(count: int) -> str:
    """Such as 4.9 million."""
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return f"{count:,}"
