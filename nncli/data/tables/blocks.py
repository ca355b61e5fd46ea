"""A file of lines in blocks that are parsed one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from nncli.data.tables.fields import NEWLINE, QUOTE

BLOCK = 1 << 20  # bytes, so that what is made of them fits the cache
MOST_BLOCKS = 8  # in which a line has to end; each more is looked through from its beginning


class NotPlainError(Exception):
    """The quotes in a block are not as they should be, so that it is not known where its lines end."""


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file in blocks of whole lines, each with its line break."""
    rest = b""
    while read := file.read(BLOCK):
        block = rest + read
        end = _last_line_end(block)
        if end == 0 and len(block) > MOST_BLOCKS * BLOCK:
            raise NotPlainError
        if end:
            yield block[:end]
        rest = block[end:]
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def first_block(file: BinaryIO) -> bytes:
    """The first block; nothing where it is not known where it ends."""
    try:
        return next(blocks(file), b"")
    except NotPlainError:
        return b""


def _last_line_end(block: bytes) -> int:
    """Behind the last line break that is not between quotes; 0 where there is none."""
    if QUOTE not in block:
        return block.rfind(b"\n") + 1
    text = np.frombuffer(block, np.uint8)
    inside = np.bitwise_xor.accumulate(text == QUOTE)
    breaks = np.flatnonzero((text == NEWLINE) & ~inside)
    return int(breaks[-1]) + 1 if len(breaks) else 0
