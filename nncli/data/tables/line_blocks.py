"""Read a text file in blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from nncli.data.tables.field_splitting import NEWLINE, QUOTE

BLOCK_BYTES = 1 << 20  # small enough that the arrays of a block fit into the cache
MAX_BLOCKS_PER_LINE = 8  # longer lines are left to the csv module; here they would take quadratic time


class IrregularQuotesError(Exception):
    """The quotes in a block are irregular, so the ends of its lines are unknown."""


def line_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the rest of a file in blocks of whole lines, each line with its line break.

    Raises:
        IrregularQuotesError: if a line does not end within MAX_BLOCKS_PER_LINE blocks.
    """
    rest = b""
    while read := file.read(BLOCK_BYTES):
        block = rest + read
        end = _end_of_last_line(block)
        if end == 0 and len(block) > MAX_BLOCKS_PER_LINE * BLOCK_BYTES:
            raise IrregularQuotesError
        if end:
            yield block[:end]
        rest = block[end:]
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def first_block(file: BinaryIO) -> bytes:
    """Return the first block; empty if its end is unknown."""
    try:
        return next(line_blocks(file), b"")
    except IrregularQuotesError:
        return b""


def _end_of_last_line(block: bytes) -> int:
    """Return the position after the last line break outside quotes; 0 if there is none."""
    if QUOTE not in block:
        return block.rfind(b"\n") + 1
    text = np.frombuffer(block, np.uint8)
    in_quotes = np.bitwise_xor.accumulate(text == QUOTE)
    breaks = np.flatnonzero((text == NEWLINE) & ~in_quotes)
    return int(breaks[-1]) + 1 if len(breaks) else 0
