"""Decimal numbers out of a block of text, many at a time.

Eight digits are one 64-bit word, whose digits are joined in three multiplications (Langdale and Lemire, "Quickly
parsing eight digits", 2018-2022). The result is the double that is nearest to the decimal number, as Python's float
gives it: where the digits are below 2^53 a single division is exact (Clinger, PLDI 1990); where they are not, the
quotient is corrected by its exact remainder, and what is too near to the middle of two doubles is left to Python.
"""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.numbers import EXACT

PAD = 24  # bytes that have to stand before the first field: three words
MOST_DIGITS = 19  # that fit a 64-bit word
ZEROS = np.uint64(0x3030303030303030)  # the digit 0 eight times
KEPT = np.array([0, *((0xFFFFFFFFFFFFFFFF << 8 * (8 - n)) & 0xFFFFFFFFFFFFFFFF for n in range(1, 9))], np.uint64)
POWERS = 10 ** np.arange(MOST_DIGITS + 1, dtype=np.uint64)
POWERS_AS_DOUBLES = POWERS.astype(np.float64)  # exact up to 10^22


def parse_decimals(text: Array, starts: Array, ends: Array, points: Array, negative: Array) -> tuple[Array, Array]:
    """(values, whether each was understood): float64, nan for blank fields.

    What is understood is an optional minus sign and up to 19 digits with at most one point among them.

    Args:
        text: bytes, PAD of them before the first field.
        starts: (n,) where every field begins.
        ends: (n,) where it ends.
        points: (n,) where its last decimal point stands; its end where it has none.
        negative: (n,) whether it begins with a minus sign.
    """
    words = np.ndarray((len(text) - 7,), "<u8", text.data, strides=(1,))  # eight bytes from every byte on
    whole_digits = points - starts - negative
    broken_digits = np.maximum(ends - points - 1, 0)
    digits = whole_digits + broken_digits
    faults = np.zeros(len(starts), np.uint64)
    whole = _joined(words, points, whole_digits, faults)
    broken = _joined(words, ends, broken_digits, faults)
    faults &= np.uint64(0x8080808080808080)
    good = faults == 0
    if int(digits.max(initial=0)) > MOST_DIGITS:
        good &= digits <= MOST_DIGITS
        broken_digits = np.minimum(broken_digits, MOST_DIGITS)
    mantissa = whole * POWERS.take(broken_digits) + broken
    scale = POWERS_AS_DOUBLES.take(broken_digits)
    values = mantissa.astype(np.float64) / scale
    large = np.flatnonzero((mantissa >= EXACT) & good)
    if len(large):
        values[large], certain = _corrected(mantissa[large], scale[large])
        good[large] = certain
    signs = values.view(np.int64)
    signs ^= negative.astype(np.int64) << 63
    empty = digits == 0
    if empty.any():
        blank = starts == ends
        good &= blank | ~empty
        values[blank] = np.nan
    return values, good


def _joined(words: Array, ends: Array, lengths: Array, faults: Array) -> Array:
    """The whole numbers whose digits end before `ends`; notes in `faults` where there are other signs among them."""
    total = np.zeros(len(ends), np.uint64)
    longest = int(lengths.max(initial=0))
    for index in range(min(3, -(-longest // 8))):  # from the last eight digits on
        kept = lengths if longest <= 8 else np.clip(lengths - 8 * index, 0, 8)
        word = words[ends - 8 * (index + 1)]
        word ^= ZEROS
        word &= KEPT.take(kept)
        faults |= word  # the highest bit of a byte tells that it is no digit
        faults |= word + np.uint64(0x7676767676767676)
        word *= np.uint64(2561)  # 10 + 2^8: pairs of digits
        word >>= np.uint64(8)
        word &= np.uint64(0x00FF00FF00FF00FF)
        word *= np.uint64(6553601)  # 100 + 2^16: fours
        word >>= np.uint64(16)
        word &= np.uint64(0x0000FFFF0000FFFF)
        word *= np.uint64(42949672960001)  # 10000 + 2^32: all eight
        word >>= np.uint64(32)
        total += word * POWERS[8 * index] if index else word
    return total


def _corrected(mantissa: Array, scale: Array) -> tuple[Array, Array]:
    """(mantissa / scale rounded once, whether that is certain) where the mantissa is no double."""
    rounded = mantissa.astype(np.float64)
    rest = (mantissa - rounded.astype(np.uint64)).astype(np.int64).astype(np.float64)
    quotient = rounded / scale
    product = quotient * scale
    high, low = _halves(quotient)
    scale_high, scale_low = _halves(scale)
    error = ((high * scale_high - product) + high * scale_low + low * scale_high) + low * scale_low  # Dekker, 1971
    correction = ((rounded - product) - error + rest) / scale
    above, below = quotient + correction * (1 + 2.0**-45), quotient + correction * (1 - 2.0**-45)
    return quotient + correction, above == below


def _halves(x: Array) -> tuple[Array, Array]:
    """Two doubles of 26 bits whose sum is x (Veltkamp)."""
    large = x * 134217729.0  # 2^27 + 1
    high = large - (large - x)
    return high, x - high
