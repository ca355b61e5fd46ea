"""Generate delimited texts, and read them with Python's csv module and float as a reference."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, field

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from nncli.core.errors import DataError
from nncli.data.tables.dataframe import Table
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.text_column import TextColumn

NAME = "made.csv"
PADDED = re.compile(r"-?0\d+(\..*)?", re.ASCII)


def thorough(count):
    """Return hypothesis settings that give the same examples every time."""
    return settings(max_examples=count, derandomize=True, deadline=None, database=None)


@dataclass(frozen=True)
class Written:
    """The bytes of a table, the options for reading it, and its separator."""

    content: bytes
    wanted: ReadOptions = field(default_factory=ReadOptions)
    separator: str = ","


def float_of(cell):
    """Return a cell as a number, or None."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def read_with_csv_module(written):
    """Read a table with Python's csv module.

    Returns:
        ({column: floats or texts}, line numbers of the rows), or the line number of the first error.
    """
    text = io.StringIO(written.content.decode("utf-8-sig"), newline="")
    reader = csv.reader(text, delimiter=written.separator, strict=True)
    rows, lines, begun = [], [], 1
    try:
        for row in reader:
            if row:
                if rows and len(row) != len(rows[0]):
                    return begun
                rows.append([cell.strip() for cell in row])
                lines.append(begun)
            begun = reader.line_num + 1
    except csv.Error:
        return reader.line_num
    header, *rows = rows
    cells = {name: [row[index] for row in rows] for index, name in enumerate(header)}
    return {name: _column(name, values, written.wanted) for name, values in cells.items()}, lines[1:]


def _column(name, cells, wanted):
    cells = ["" if cell in wanted.blanks else cell for cell in cells]
    codes = [cell for cell in cells if PADDED.fullmatch(cell) or abs(float_of(cell) or 0) >= 2**53]
    padded = name in wanted.label_columns and bool(codes)
    if name in wanted.text_columns or padded or any(cell and float_of(cell) is None for cell in cells):
        return cells
    return [float_of(cell) if cell else math.nan for cell in cells]


def check_table(table, expected):
    """Assert that a table equals the expected one, numbers bit for bit."""
    columns, lines = expected
    assert list(table.columns) == list(columns)
    assert table.lines.tolist() == lines
    for name, cells in table.columns.items():
        if isinstance(cells, TextColumn):
            assert cells.tolist() == columns[name], name
            assert len(set(cells.values)) == len(cells.values)
        else:
            wanted = np.array(columns[name])
            assert wanted.dtype == np.float64, (name, columns[name])
            assert cells.dtype == np.float64
            assert np.isnan(cells).tolist() == np.isnan(wanted).tolist(), name
            given = ~np.isnan(wanted)
            assert cells[given].tobytes() == wanted[given].tobytes(), name


def check_same(one: Table, other: Table):
    """Assert that two tables are equal, including the kinds of columns."""
    check_table(
        one,
        (
            {name: cells.tolist() for name, cells in other.columns.items()},
            other.lines.tolist(),
        ),
    )
    assert one.text_columns == other.text_columns


def outcome(read):
    """Return the table that `read` returns, or the message of its error."""
    try:
        return read()
    except DataError as error:
        return str(error)


digits = st.text("0123456789", min_size=1, max_size=21)
whole = st.one_of(digits, st.integers(0, 300).map(str), st.sampled_from(["0", "007", "00", "9007199254740993"]))
plain = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "-"]),
    whole,
    st.one_of(st.just(""), st.just("."), digits.map(".{}".format)),
)
NUMBERS = st.one_of(
    plain,
    st.builds("{}e{}".format, plain, st.integers(-40, 40)),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    plain.map(lambda text: f"+{text.removeprefix('-')}"),
    digits.map(".{}".format),
    st.sampled_from(["-0", "0.0", "-.5", "1.", "1E5", "1e-400", "5e-324", "0.1", "1.7976931348623157e308", "٣"]),
)
BLANK = st.sampled_from(["", "", " ", "NA"])
WORDS = st.one_of(
    st.text(st.sampled_from('ab01,;\t"\n\r é漢-.\u00a0\u2028'), max_size=6).map(
        lambda text: text.replace("\r", "\r\n")
    ),
    st.sampled_from(
        ["nan", "inf", "-Infinity", "1_000", "1e400", "0x1F", "true", "2026-11-25", "1,5", "-", ".", "--1"]
    ),
)
PADDING = st.sampled_from(["", "", "", "", " ", "\u00a0", "  "])


@st.composite
def columns(draw, rows):
    """Generate the cells of one column: numbers, texts, or numbers with one text in the second half."""
    kind = draw(st.sampled_from(["numbers", "numbers", "texts", "late", "plain"]))
    if kind == "plain":
        return draw(st.lists(plain, min_size=rows, max_size=rows))
    each = {"numbers": st.one_of(NUMBERS, NUMBERS, BLANK), "late": NUMBERS, "texts": st.one_of(WORDS, BLANK)}[kind]
    cells = [draw(PADDING) + cell + draw(PADDING) for cell in draw(st.lists(each, min_size=rows, max_size=rows))]
    if kind == "late":
        cells[draw(st.integers(rows // 2, rows - 1))] = draw(WORDS)
    return cells


def quoted(cell):
    """Return a quoted cell."""
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


@st.composite
def tables(draw, breaks=("\n", "\n", "\r\n")):
    """Generate texts that the csv module accepts."""
    rows, width = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    separator, line_break = draw(st.sampled_from(",,;\t")) if width > 1 else ",", draw(st.sampled_from(breaks))
    names = [f"c{index}" for index in range(width)]
    always = draw(st.booleans())

    def shown(cell):
        needed = any(sign in cell for sign in f'{separator}"\n\r')
        return quoted(cell) if needed or (always and draw(st.booleans())) else cell

    cells = list(zip(*(draw(columns(rows)) for _ in range(width)), strict=True))
    lines = [separator.join(names), *(separator.join(map(shown, row)) for row in cells)]
    if draw(st.integers(0, 4)) == 0:
        lines.insert(draw(st.integers(1, len(lines))), "")
    text = line_break.join(lines) + draw(st.sampled_from(["", line_break, line_break * 2]))
    if not any(line.strip("\r\n") for line in lines[1:]):
        text += f"{line_break}{separator.join(['1'] * width)}"
    chosen = st.lists(st.sampled_from(names), unique=True, max_size=width)
    blanks = draw(st.sampled_from([(), (), ("NA",), ("NA", "-"), ("007", "-0")]))
    wanted = ReadOptions(tuple(draw(chosen)) if draw(st.booleans()) else (), tuple(draw(chosen)), blanks)
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return Written((mark + text).encode(), wanted, separator)


@st.composite
def any_texts(draw):
    """Generate a header followed by arbitrary text."""
    width = draw(st.integers(1, 3))
    body = draw(st.text(st.sampled_from('aé1,1,"\n\n\n -.e'), min_size=1, max_size=40))
    wanted = ReadOptions(label_columns=("c0",)) if draw(st.booleans()) else ReadOptions()
    return Written(f"{','.join(f'c{index}' for index in range(width))}\n{body}\n".encode(), wanted)
