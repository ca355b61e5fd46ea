"""`Invalid`: the placeholder for a value of a config that could not be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Invalid:
    """Stands in for a value that could not be built; its problem has already been reported.

    Args:
        fields: for an object, the fields that the config contains, by name; each is valid or Invalid.
        items: for a list, its items; each is valid or Invalid.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return "INVALID"


INVALID = Invalid()


def is_invalid(value: Any) -> bool:
    """Return whether a value, or a part of it, could not be built."""
    return isinstance(value, Invalid)


def field_of(value: Any, name: str) -> Any:
    """Return a field of an object that may be Invalid; None if the field does not exist or could not be built."""
    found = value.fields.get(name) if isinstance(value, Invalid) else getattr(value, name, None)
    return None if found is INVALID else found


def items_of(value: Any) -> tuple[Any, ...]:
    """Return the items of a list that may be Invalid; empty if they are not known."""
    if isinstance(value, Invalid):
        return value.items
    return tuple(value) if isinstance(value, list | tuple) else ()
