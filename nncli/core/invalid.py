"""The one placeholder for a value of a config that could not be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Invalid:
    """Stands in for a value that could not be built; its problem has been reported where it was found.

    Args:
        fields: of an object, those of its fields that were given, by name; each may be Invalid itself.
        items: of a list, its items; each may be Invalid itself.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return "INVALID"


INVALID = Invalid()


def is_invalid(value: Any) -> bool:
    """Whether a value could not be built, or not completely."""
    return isinstance(value, Invalid)


def field_of(value: Any, name: str) -> Any:
    """A field of an object, valid or not; None where the object has no such field or the field is not known at all."""
    found = value.fields.get(name) if isinstance(value, Invalid) else getattr(value, name, None)
    return None if found is INVALID else found


def items_of(value: Any) -> tuple[Any, ...]:
    """The items of a list, valid or not; empty where nothing is known of them."""
    if isinstance(value, Invalid):
        return value.items
    return tuple(value) if isinstance(value, list | tuple) else ()
