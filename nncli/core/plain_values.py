"""Plain values of a config: numbers, text, truth values, lists of them, checked strictly by pydantic."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import numpy as np

from nncli.core.annotations import adapter, literals, options_of
from nncli.core.spelling import nearest
from nncli.core.type_description import describe_type
from nncli.core.value_text import format_value

NULL_WORDS = ("none", "null", "nil")  # how other languages write null
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")


def plain_value(annotation: Any, value: Any) -> Any:
    """The value converted to its annotated type: lists become tuples, NumPy scalars Python's.

    Raises:
        ValueError: where it is not of that type.
    """
    value = value.item() if isinstance(value, np.generic) else value
    try:
        return adapter(annotation).validate_python(_as_tuples(value))
    except ValueError:
        if isinstance(value, list):  # where the annotation itself says list
            with contextlib.suppress(ValueError):
                return adapter(annotation).validate_python(value)
        raise


def unexpected(annotation: Any, value: Any, whole: Any = None) -> str:
    """The message for a value that is not what its annotation says.

    Args:
        annotation: of the plain values that are possible.
        value: what came.
        whole: the annotation with all alternatives, where plain values are only some of them.
    """
    wanted = describe_type(annotation if whole is None else whole)
    if isinstance(value, float) and value - value != 0:
        wanted = wanted.replace("a number", "a finite number")
    return f"expected {wanted}; got {format_value(value)}{_hint(annotation, value)}"


def _hint(annotation: Any, value: Any) -> str:
    """What was probably meant, or nothing."""
    match = nearest(str(value), [str(item) for item in literals(annotation)])
    # two words that differ only in a number are no misspellings of each other
    if match is not None and match.rstrip("0123456789") != str(value).rstrip("0123456789"):
        return f"; did you mean {match!r}?"
    if not isinstance(value, str):
        return ""
    if value.lower() in NULL_WORDS and type(None) in options_of(annotation):
        return "; write null"
    return "; write it without quotes" if _is_valid_without_quotes(annotation, value) else ""


def _is_valid_without_quotes(annotation: Any, text: str) -> bool:
    """Whether the number or truth value that is written in a text would be valid."""
    values: list[Any] = [{"true": True, "false": False}[text]] if text in ("true", "false") else []
    if _NUMBER.fullmatch(text):
        values += [int(text)] if text.lstrip("+-").isdigit() else [float(text)]
    for value in values:
        try:
            adapter(annotation).validate_python(value)
        except ValueError:
            continue
        return True
    return False


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list | tuple) else value
