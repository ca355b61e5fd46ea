"""What an annotation means and what a value is, in words for messages."""

from __future__ import annotations

import dataclasses
import types
from math import isfinite
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types

from nncli.core.registry import Registry
from nncli.core.text_format import join_names, truncate

_WORDS: dict[Any, tuple[str, str]] = {
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("text", "texts"),
    bool: ("true or false", "true or false"),
}


def describe(annotation: Any, *, plural: bool = False) -> str:
    """What a field takes, such as "a number in [0, 1)" or "text or null"."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], plural)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(describe(item, plural=plural) for item in arguments))
    if origin is Literal:
        words = [str(item) for item in arguments]
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return f"a list of {describe(arguments[0], plural=True)}"
        count = {2: "a pair", 3: "a triple"}.get(len(arguments), f"{len(arguments)}")
        return f"{count} of {describe(arguments[0], plural=True)}"
    if origin is dict:
        keys = "names" if arguments[0] is str else describe(arguments[0], plural=True)
        return f"{'mappings' if plural else 'a mapping'} of {keys} to {describe(arguments[1], plural=True)}"
    if annotation is type(None):
        return "null"
    if annotation in _WORDS:
        return _WORDS[annotation][plural]
    if dataclasses.is_dataclass(annotation):
        needed = [item.name for item in dataclasses.fields(annotation) if item.default is dataclasses.MISSING]
        return f"a mapping {{{', '.join(f'{name}: ...' for name in needed)}}}" if needed else "a mapping"
    return str(annotation)


def _annotated(inner: Any, metadata: tuple[Any, ...], plural: bool) -> str:
    for item in metadata:
        if isinstance(item, Registry):
            return f"{item.kind}s" if plural else f"{'an' if item.kind[0] in 'aeiou' else 'a'} {item.kind}"
    words = describe(inner, plural=plural)
    bounds = {}
    for item in metadata:
        for name in ("gt", "ge", "lt", "le"):
            if (bound := getattr(item, name, None)) is not None:
                bounds[name] = bound
        if isinstance(item, annotated_types.Len | annotated_types.MinLen):
            words += f" with at least {item.min_length} {'entry' if item.min_length == 1 else 'entries'}"
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if low is not None and high is not None:
        return f"{words} in {'[' if 'ge' in bounds else '('}{low}, {high}{']' if 'le' in bounds else ')'}"
    if low is not None:
        return f"{words} {'at least' if 'ge' in bounds else 'above'} {low}"
    if high is not None:
        return f"{words} {'at most' if 'le' in bounds else 'below'} {high}"
    return words


def json_ready(value: Any) -> Any:
    """Plain values with null for numbers that are not finite, which JSON does not have."""
    if isinstance(value, dict):
        return {key: json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def show(value: Any) -> str:
    """A value as YAML would write it, kept short."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping" + (f" with the keys {join_names(map(str, value))}" if value else " without keys")
    if isinstance(value, list | tuple):
        if any(isinstance(item, dict | list | tuple) for item in value[:6]):
            return f"a list of {len(value)}"
        text = f"[{', '.join(show(item) for item in value[:6])}{', ...' if len(value) > 6 else ''}]"
        return text if len(text) < 100 else f"a list of {len(value)}"
    if isinstance(value, float) and not isfinite(value):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    if isinstance(value, str | int | float):
        return repr(truncate(value)) if isinstance(value, str) else truncate(repr(value))
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
