"""Inspect the type annotation of a field: its union members, metadata and literal values."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from nncli.core.fields import Fields
from nncli.core.registry import Registry


@cache
def type_adapter(annotation: Any) -> Any:
    """Return the pydantic TypeAdapter that validates plain values against an annotation, in strict mode."""
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(_with_any_entries(annotation), config=ConfigDict(strict=True, allow_inf_nan=False))


def _with_any_entries(annotation: Any) -> Any:
    """Replace `dict[str, ...]` by `dict` in an annotation, because `Builder` builds the entries of mappings."""
    if not any(map(is_mapping_type, union_members(annotation))):
        return annotation
    return Union[tuple(dict if is_mapping_type(member) else member for member in union_members(annotation))]  # noqa: UP007


def metadata_of(annotation: Any) -> tuple[Any, ...]:
    """Return the metadata of an `Annotated` type; empty for other types."""
    return getattr(annotation, "__metadata__", ())


def split_annotation(annotation: Any) -> tuple[Any, Registry | None]:
    """Return an annotation without its metadata, and the registry in its metadata or None."""
    metadata = metadata_of(annotation)
    if not metadata:
        return annotation, None
    return annotation.__origin__, next((item for item in metadata if isinstance(item, Registry)), None)


def union_members(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union; for another annotation, the annotation itself."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def is_mapping_type(annotation: Any) -> bool:
    """Return whether an annotation is `dict[str, ...]`."""
    inner = split_annotation(annotation)[0]
    return get_origin(inner) is dict and get_args(inner)[0] is str


def is_fields_class(annotation: Any) -> bool:
    """Return whether an annotation is a subclass of `Fields`."""
    return isinstance(annotation, type) and issubclass(annotation, Fields)


def literal_values(annotation: Any) -> Iterator[Any]:
    """Yield the values of the `Literal` types in an annotation."""
    for member in union_members(split_annotation(annotation)[0]):
        if get_origin(member) is Literal:
            yield from get_args(member)
