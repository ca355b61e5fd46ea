"""Taking a field's annotation apart."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from nncli.core.fields import Fields
from nncli.core.registry import Registry


@cache
def adapter(annotation: Any) -> Any:
    """What checks plain values strictly, as pydantic does."""
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(_without_entries(annotation), config=ConfigDict(strict=True, allow_inf_nan=False))


def _without_entries(annotation: Any) -> Any:
    """The same, but for mappings, which are any: `Builder` builds their entries."""
    if not any(map(is_mapping, options_of(annotation))):
        return annotation
    return Union[tuple(dict if is_mapping(option) else option for option in options_of(annotation))]  # noqa: UP007


def metadata(annotation: Any) -> tuple[Any, ...]:
    """What `Annotated` adds."""
    return getattr(annotation, "__metadata__", ())


def inner_and_registry(annotation: Any) -> tuple[Any, Registry | None]:
    """An annotation without its metadata, and the registry among the metadata."""
    added = metadata(annotation)
    if not added:
        return annotation, None
    return annotation.__origin__, next((item for item in added if isinstance(item, Registry)), None)


def options_of(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of a union, or the annotation itself."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def is_mapping(annotation: Any) -> bool:
    """Whether it is a `dict[str, ...]`."""
    inner = inner_and_registry(annotation)[0]
    return get_origin(inner) is dict and get_args(inner)[0] is str


def is_checked(annotation: Any) -> bool:
    """Whether it is a checked class."""
    return isinstance(annotation, type) and issubclass(annotation, Fields)


def literals(annotation: Any) -> Iterator[Any]:
    """The words and values that are taken as they are."""
    for option in options_of(inner_and_registry(annotation)[0]):
        if get_origin(option) is Literal:
            yield from get_args(option)
