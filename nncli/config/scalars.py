"""Parse plain scalars by the core schema of YAML 1.2: 1e-3 is a number, 010 is 10, "on" and "yes" are texts."""

from __future__ import annotations

import re

MAX_DIGITS = 4000  # digits of hexadecimal and octal numbers; Python itself limits decimal ones
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NAMED: dict[str, float | bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

Scalar = str | int | float | bool | None


def parse_scalar(text: str) -> Scalar:
    """Return the value of a plain scalar.

    Raises:
        ValueError: if a whole number has too many digits.
    """
    if text in _NAMED:
        return _NAMED[text]
    if _INT.fullmatch(text):
        return int(text)
    if len(text) > MAX_DIGITS and (_OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text)):
        raise ValueError("too many digits")
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def format_scalar(value: Scalar) -> str:
    """Return a value as a plain scalar, the inverse of `parse_scalar`."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
