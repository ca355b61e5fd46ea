"""Describe in words the values that a type annotation allows."""

from __future__ import annotations

import dataclasses
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types

from nncli.core.registry import Registry

_SIMPLE: dict[Any, tuple[str, str]] = {  # singular and plural
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("text", "texts"),
    bool: ("true or false", "true or false"),
}


def describe_type(annotation: Any, *, plural: bool = False) -> str:
    """Describe what a field accepts, such as "a number in [0, 1)" or "text or null"."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _describe_annotated(arguments[0], arguments[1:], plural)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(describe_type(item, plural=plural) for item in arguments))
    if origin is Literal:
        choices = [str(item) for item in arguments]
        return choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"
    if origin is tuple:
        return _describe_tuple(arguments)
    if origin is dict:
        keys = "names" if arguments[0] is str else describe_type(arguments[0], plural=True)
        return f"{'mappings' if plural else 'a mapping'} of {keys} to {describe_type(arguments[1], plural=True)}"
    if annotation is type(None):
        return "null"
    if annotation in _SIMPLE:
        return _SIMPLE[annotation][plural]
    if dataclasses.is_dataclass(annotation):
        required = [item.name for item in dataclasses.fields(annotation) if item.default is dataclasses.MISSING]
        return f"a mapping {{{', '.join(f'{name}: ...' for name in required)}}}" if required else "a mapping"
    return str(annotation)


def _describe_tuple(items: tuple[Any, ...]) -> str:
    if items[-1] is Ellipsis:
        return f"a list of {describe_type(items[0], plural=True)}"
    count = {2: "a pair of", 3: "a triple of"}.get(len(items), f"a list of {len(items)}")
    return f"{count} {describe_type(items[0], plural=True)}"


def _describe_annotated(inner: Any, metadata: tuple[Any, ...], plural: bool) -> str:
    for item in metadata:
        if isinstance(item, Registry):
            return f"{item.kind}s" if plural else f"{'an' if item.kind[0] in 'aeiou' else 'a'} {item.kind}"
    words = describe_type(inner, plural=plural)
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
        return f"{words} {'of at least' if 'ge' in bounds else 'above'} {low}"
    if high is not None:
        return f"{words} {'of at most' if 'le' in bounds else 'below'} {high}"
    return words
