"""Tables from delimited text: .csv and .tsv.

Blocks of whole lines are read one after another and parsed on several threads. A column is numbers as long as every
cell in it is one or is blank; where it turns out not to be, the file is read once more for its text. What is not
regular (blank lines, a row too short or too long, quotes in unusual places) is left to Python's csv module, which is
slower and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import BinaryIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.tables.blocks import NotPlainError, blocks, first_block
from nncli.data.tables.decoding import decoded
from nncli.data.tables.fields import padded_columns
from nncli.data.tables.growing import Growing
from nncli.data.tables.header import read_header
from nncli.data.tables.in_order import in_order
from nncli.data.tables.layout import Layout, Part
from nncli.data.tables.table import Table, Wanted
from nncli.data.tables.texts import Texts

ONCE = 31 << 20  # bytes; whoever has freed so many keeps memory of this size, instead of giving it back each time
ROWS = 1 << 14  # rows at a time where the csv module reads

Opening = Callable[[], AbstractContextManager[BinaryIO]]


def read_delimited(opening: Opening, name: str, wanted: Wanted) -> Table:
    """A table from delimited UTF-8 text with a header line.

    The separator is the tab for .tsv, and otherwise whichever of comma, semicolon and tab the header has most of.
    A byte-order mark, quoted fields and blank lines are understood; spaces around a cell do not count.

    Args:
        opening: opens the text, perhaps more than once.
        name: of the file, for messages.
        wanted: what is wanted of its columns.

    Raises:
        DataError: where it is no text, has no rows, or a row is too short or too long.
    """
    np.empty(ONCE, np.uint8)
    try:
        return _read(opening, name, wanted, _in_blocks)
    except NotPlainError:
        return _read(opening, name, wanted, _by_csv)


def _read(opening: Opening, name: str, wanted: Wanted, parts: Callable[..., Iterator[Part]]) -> Table:
    with opening() as file:
        header, separator, _ = read_header(file, name)
        first = first_block(file)
    layout = Layout(name, header, separator, frozenset(("", *wanted.blanks)))
    texts = {index for index, column in enumerate(header) if column in wanted.texts}
    labels = {index for index, column in enumerate(header) if column in wanted.labels}
    texts |= _failing_at_first(layout, texts, labels, first)
    numbers = [index for index in range(len(header)) if index not in texts]
    collected = _collect(parts, opening, layout.reading(numbers, sorted(texts), labels))
    if not len(collected.lines):
        raise DataError(f"{name}: no rows below the header")
    columns: dict[int, Array | Texts] = dict(zip(numbers, collected.numbers, strict=True))
    columns |= dict(zip(sorted(texts), collected.texts, strict=True))
    if collected.failing:
        late = sorted(collected.failing)
        columns |= dict(zip(late, _collect(parts, opening, layout.reading([], late, ())).texts, strict=True))
    padded = tuple(header[index] for index in padded_columns(first, len(header), ord(separator)))
    cells = {column: columns[index] for index, column in enumerate(header)}
    return Table(name, cells, collected.lines, padded=padded)


def _failing_at_first(layout: Layout, texts: set[int], labels: set[int], block: bytes) -> set[int]:
    """The columns that show to be text in the first block, so that few are read twice."""
    numbers = [index for index in range(len(layout.header)) if index not in texts]
    try:
        return layout.reading(numbers, [], labels).part(block, 1).failing if block else set()
    except (NotPlainError, DataError):
        return set()  # told when the block is read in its turn


def _collect(parts: Callable[..., Iterator[Part]], opening: Opening, layout: Layout) -> Part:
    """All rows of a file."""
    lines, numbers = [np.zeros(0, np.int64)], Growing(len(layout.numbers))
    codes: list[list[Array]] = [[np.zeros(0, np.int32)] for _ in layout.texts]
    values: list[dict[str, int]] = [{} for _ in layout.texts]
    failing: set[int] = set()
    for part in parts(opening, layout):
        lines.append(part.lines)
        numbers.append(part.numbers)
        failing |= part.failing
        for index, texts in enumerate(part.texts):
            known = values[index]
            own = np.array([known.setdefault(text, len(known)) for text in texts.values], np.int32)
            codes[index].append(own[texts.codes] if len(own) else texts.codes)
    merged = [Texts(np.concatenate(own), tuple(known)) for own, known in zip(codes, values, strict=True)]
    return Part(np.concatenate(lines), numbers.all(), merged, failing)


def _in_blocks(opening: Opening, layout: Layout) -> Iterator[Part]:
    with opening() as file:
        _, _, line = read_header(file, layout.name)

        def numbered() -> Iterator[tuple[bytes, int]]:
            at = line + 1
            for block in blocks(file):
                yield block, at
                at += block.count(b"\n")

        yield from in_order(lambda item: layout.part(*item), numbered())


def _by_csv(opening: Opening, layout: Layout) -> Iterator[Part]:
    with opening() as file:
        _, _, line = read_header(file, layout.name)
        with decoded(file, layout.name) as text:
            rows = layout.csv_rows(text, line + 1)
            while some := list(islice(rows, ROWS)):
                yield layout.of_rows(some)
