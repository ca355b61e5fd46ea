"""Parsed decimal numbers equal the results of Python's float, bit for bit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nncli.data.tables.field_splitting import split_fields


def parsed(cells):
    """Parse cells as a column; return (values, array that tells for every cell whether it was parsed)."""
    fields = split_fields("".join(f"{cell},\n" for cell in cells).encode(), 2, ord(","))
    values, good = fields.numbers(np.array([0]), 2)
    return values[0], good[0]


def pointed(digits, places):
    """Insert a decimal point `places` digits from the end; no point if `places` is negative."""
    return digits if places < 0 else f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}"


def random_cells(seed, count):
    """Return numbers of every length, with and without sign and point."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 21, count)
    digits = random.integers(0, 10, (count, 20)).astype(str)
    places = random.integers(-4, 21, count)
    signs = random.choice(["", "-"], count)
    for row, length, place, sign in zip(digits, lengths.tolist(), places.tolist(), signs.tolist(), strict=True):
        yield sign + pointed("".join(row[:length]), min(place, length))


def halves(seed, count):
    """Return numbers midway between two doubles, or close to the midpoint."""
    random = np.random.default_rng(seed)
    whole = random.integers(2**52, 2**53, count) * 2 + 1
    for value, shift, beside in zip(
        whole.tolist(), random.integers(0, 9, count).tolist(), random.integers(-1, 2, count).tolist(), strict=True
    ):
        digits = str((value << shift) * 10 if value << shift < 10**17 else value << shift)
        if len(digits) <= 19:
            yield str(int(digits) + beside)
    for power in range(1, 10):  # a fraction with the denominator 2^power is midway between two doubles
        step = 2 ** (53 - power)
        for value in random.integers(step, 2 * step, count // 40).tolist():
            exact = (2 * value + 1) * 5**power
            yield pointed(str(exact).zfill(power + 1), power)


def shortest(seed, count):
    """Return doubles as Python writes them."""
    random = np.random.default_rng(seed)
    yield from map(repr, (random.normal(size=count) * 10.0 ** random.integers(-3, 14, count)).tolist())


@pytest.mark.parametrize("generate", [random_cells, halves, shortest])
def test_parsed_values_equal_those_of_float_bit_for_bit(generate):
    cells = list(generate(1, 60_000))
    values, good = parsed(cells)
    expected = np.array(list(map(float, cells)))
    differing = np.flatnonzero(good & (values.view(np.int64) != expected.view(np.int64)))
    assert not len(differing), [(cells[row], values[row]) for row in differing[:5]]
    short = np.array([sum(map(str.isdigit, cell)) <= 15 and "e" not in cell for cell in cells])
    assert good[short].all(), "all numbers of up to 15 digits must be parsed"
    assert good.mean() > 0.3


ODD = ["1e5", "+3", "-", ".", "-.", "--1", "1-", "1.2.3", "1 ", " 1", "1_0", "0x1", "nan", "inf", "1:2", "1/2", "٣"]


@pytest.mark.parametrize("cell", [*ODD, "1" * 20, "1" * 40, f"0.{'1' * 30}", "1\0"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_unusual_numbers_are_not_parsed(cell, sign):
    values, good = parsed([f"{sign}{cell}", "2.5", "-0", ""])
    assert good.tolist() == [False, True, True, True]
    assert values[1] == 2.5
    assert math.copysign(1, values[2]) == -1
    assert math.isnan(values[3])


@pytest.mark.parametrize("count", [1, 7, 8, 9, 15, 16, 17, 19])
def test_a_number_with_a_foreign_byte_among_its_digits_is_not_parsed(count):
    others = [byte for byte in (*range(1, 48), *range(58, 256)) if byte not in b'\n\r",.-']
    cells = [b"1" * at + bytes([byte]) + b"1" * (count - at - 1) for at in range(count) for byte in others]
    fields = split_fields(b"".join(cell + b",\n" for cell in cells), 2, ord(","))
    assert not fields.numbers(np.array([0]), 2)[1].any()
