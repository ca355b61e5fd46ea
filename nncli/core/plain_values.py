"""Convert plain values of a config, such as numbers, texts, booleans and lists of them, with pydantic's strict mode."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import numpy as np

from nncli.core.annotations import literal_values, type_adapter, union_members
from nncli.core.spelling import nearest
from nncli.core.type_description import describe_type
from nncli.core.value_text import format_value

NULL_WORDS = ("none", "null", "nil")  # how other languages write null
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")


def plain_value(annotation: Any, value: Any) -> Any:
    """Convert a plain value to its annotated type; lists become tuples, NumPy scalars become Python numbers.

    Args:
        annotation: the type annotation.
        value: the value.

    Raises:
        ValueError: if it does not have that type.
    """
    value = value.item() if isinstance(value, np.generic) else value
    try:
        return type_adapter(annotation).validate_python(_as_tuples(value))
    except ValueError:
        if isinstance(value, list):  # the annotation may be a list type, which takes no tuple
            with contextlib.suppress(ValueError):
                return type_adapter(annotation).validate_python(value)
        raise


def mismatch_message(annotation: Any, value: Any, full: Any = None) -> str:
    """Return the message for a value that does not match its annotation.

    Args:
        annotation: the type annotation, or those members of a union that are plain types.
        value: the value.
        full: the full union, if `annotation` is only a part of it; otherwise None.
    """
    wanted = describe_type(annotation if full is None else full)
    if isinstance(value, float) and value - value != 0:
        wanted = wanted.replace("a number", "a finite number")
    return f"expected {wanted}; got {format_value(value)}{_hint(annotation, value)}"


def _hint(annotation: Any, value: Any) -> str:
    """Return a suggestion of what was meant, such as "; did you mean 'same'?"; "" if there is none."""
    match = nearest(str(value), [str(item) for item in literal_values(annotation)])
    # two words that differ only in their digits are not misspellings of each other
    if match is not None and match.rstrip("0123456789") != str(value).rstrip("0123456789"):
        return f"; did you mean {match!r}?"
    if not isinstance(value, str):
        return ""
    if value.lower() in NULL_WORDS and type(None) in union_members(annotation):
        return "; write null"
    return "; write it without quotes" if _is_valid_without_quotes(annotation, value) else ""


def _is_valid_without_quotes(annotation: Any, text: str) -> bool:
    """Return whether a text holds a number or boolean that would be valid."""
    values: list[Any] = [{"true": True, "false": False}[text]] if text in ("true", "false") else []
    if _NUMBER.fullmatch(text):
        values += [int(text)] if text.lstrip("+-").isdigit() else [float(text)]
    for value in values:
        try:
            type_adapter(annotation).validate_python(value)
        except ValueError:
            continue
        return True
    return False


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list | tuple) else value
