"""Check that text is regular enough for Arrow, which accepts more than the csv module does."""

from __future__ import annotations

import numpy as np

from nncli.data.tables.field_splitting import NEWLINE, QUOTE

BLOCK_BYTES = 1 << 22  # size of the blocks that are checked


def count_lines(body: memoryview) -> int:
    """Return the number of lines, without blank lines at the end."""
    text = np.frombuffer(body, np.uint8)
    end = len(text)
    while end and text[end - 1] == NEWLINE:
        end -= 1
    starts = range(0, end, BLOCK_BYTES)
    breaks = sum(int(np.count_nonzero(text[at : min(at + BLOCK_BYTES, end)] == NEWLINE)) for at in starts)
    return breaks + (end > 0)


def is_well_quoted(body: memoryview, separator: str) -> bool:
    """Whether every quote opens or closes a field or is doubled inside one, and no quoted field has a line break."""
    text = np.frombuffer(body, np.uint8)
    may_adjoin = np.zeros(256, bool)  # characters that may precede an opening quote or follow a closing one
    may_adjoin[[NEWLINE, QUOTE, ord(separator)]] = True
    in_quotes = 0
    for at in range(0, len(text), BLOCK_BYTES):
        block = text[at : at + BLOCK_BYTES]
        quotes = np.flatnonzero(block == QUOTE)
        quotes_before_breaks = np.searchsorted(quotes, np.flatnonzero(block == NEWLINE))
        if (quotes_before_breaks % 2 != in_quotes).any():
            return False
        before, after = np.maximum(quotes[in_quotes::2] + at - 1, 0), quotes[1 - in_quotes :: 2] + at + 1
        if not may_adjoin[text[before]].all() or not may_adjoin[text[np.minimum(after, len(text) - 1)]].all():
            return False
        in_quotes ^= len(quotes) % 2
    return not in_quotes
