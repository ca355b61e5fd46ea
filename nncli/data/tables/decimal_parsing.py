"""Parse many decimal numbers of a block of text at once.

Eight digits are one 64-bit word, which three multiplications turn into a number (Langdale and Lemire, "Quickly parsing
eight digits", 2018-2022). The result is the double nearest to the decimal number, as Python's float returns it: if the
digits are below 2^53, a single division rounds correctly (Clinger, PLDI 1990); otherwise the quotient is corrected by
its exact remainder, and numbers too close to the midpoint between two doubles are left to Python.
"""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.number_parsing import INTEGER_LIMIT

PADDING_BYTES = 24  # zeros needed before the first field: three 64-bit words
MAX_DIGITS = 19  # digits that fit into a 64-bit word
ZERO_DIGITS = np.uint64(0x3030303030303030)  # the character 0 eight times
# LAST_BYTES[n] keeps the last n characters of a word
LAST_BYTES = np.array([0, *((0xFFFFFFFFFFFFFFFF << 8 * (8 - n)) & 0xFFFFFFFFFFFFFFFF for n in range(1, 9))], np.uint64)
POWERS = 10 ** np.arange(MAX_DIGITS + 1, dtype=np.uint64)
POWERS_AS_DOUBLES = POWERS.astype(np.float64)  # exact up to 10^22


def parse_decimals(text: Array, starts: Array, ends: Array, points: Array, negative: Array) -> tuple[Array, Array]:
    """Parse fields of an optional minus sign and up to 19 digits with at most one decimal point.

    Args:
        text: bytes, with PADDING_BYTES before the first field.
        starts: (n,) the first position of every field.
        ends: (n,) the position after every field.
        points: (n,) the position of every field's last decimal point; the end of the field if it has none.
        negative: (n,) whether each field begins with a minus sign.

    Returns:
        (values, parsed): float64 with nan for blank fields, and whether each field could be parsed.
    """
    words = np.ndarray((len(text) - 7,), "<u8", text.data, strides=(1,))  # the 64-bit word that begins at each byte
    integer_digits = points - starts - negative
    fraction_digits = np.maximum(ends - points - 1, 0)
    digits = integer_digits + fraction_digits
    invalid = np.zeros(len(starts), np.uint64)
    integer = _digits_to_integers(words, points, integer_digits, invalid)
    fraction = _digits_to_integers(words, ends, fraction_digits, invalid)
    invalid &= np.uint64(0x8080808080808080)
    parsed = invalid == 0
    if int(digits.max(initial=0)) > MAX_DIGITS:
        parsed &= digits <= MAX_DIGITS
        fraction_digits = np.minimum(fraction_digits, MAX_DIGITS)
    mantissa = integer * POWERS.take(fraction_digits) + fraction
    scale = POWERS_AS_DOUBLES.take(fraction_digits)
    values = mantissa.astype(np.float64) / scale
    large = np.flatnonzero((mantissa >= INTEGER_LIMIT) & parsed)
    if len(large):
        values[large], correct = _divide_exactly(mantissa[large], scale[large])
        parsed[large] = correct
    signs = values.view(np.int64)
    signs ^= negative.astype(np.int64) << 63
    empty = digits == 0
    if empty.any():
        blank = starts == ends
        parsed &= blank | ~empty
        values[blank] = np.nan
    return values, parsed


def _digits_to_integers(words: Array, ends: Array, lengths: Array, invalid: Array) -> Array:
    """Return the integers whose digits end before `ends`; other characters set the high bit of a byte in `invalid`."""
    total = np.zeros(len(ends), np.uint64)
    most_digits = int(lengths.max(initial=0))
    for index in range(min(3, -(-most_digits // 8))):  # begin with the last eight digits
        kept = lengths if most_digits <= 8 else np.clip(lengths - 8 * index, 0, 8)
        word = words[ends - 8 * (index + 1)]
        word ^= ZERO_DIGITS
        word &= LAST_BYTES.take(kept)
        invalid |= word  # the highest bit of a byte is set if the byte is not a digit
        invalid |= word + np.uint64(0x7676767676767676)
        word *= np.uint64(2561)  # 10 + 2^8: pairs of digits
        word >>= np.uint64(8)
        word &= np.uint64(0x00FF00FF00FF00FF)
        word *= np.uint64(6553601)  # 100 + 2^16: groups of four digits
        word >>= np.uint64(16)
        word &= np.uint64(0x0000FFFF0000FFFF)
        word *= np.uint64(42949672960001)  # 10000 + 2^32: all eight digits
        word >>= np.uint64(32)
        total += word * POWERS[8 * index] if index else word
    return total


def _divide_exactly(mantissa: Array, scale: Array) -> tuple[Array, Array]:
    """Return (mantissa / scale, whether it is correctly rounded) for mantissas of at least 2^53 (Dekker, 1971)."""
    rounded = mantissa.astype(np.float64)
    rest = (mantissa - rounded.astype(np.uint64)).astype(np.int64).astype(np.float64)
    quotient = rounded / scale
    product = quotient * scale
    high, low = _split(quotient)
    scale_high, scale_low = _split(scale)
    error = ((high * scale_high - product) + high * scale_low + low * scale_high) + low * scale_low  # of the product
    correction = ((rounded - product) - error + rest) / scale
    above, below = quotient + correction * (1 + 2.0**-45), quotient + correction * (1 - 2.0**-45)
    return quotient + correction, above == below


def _split(x: Array) -> tuple[Array, Array]:
    """Return two doubles of 26 bits each whose sum is x (Veltkamp)."""
    large = x * 134217729.0  # 2^27 + 1
    high = large - (large - x)
    return high, x - high
