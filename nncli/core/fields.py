"""Fields of configs: a dataclass's annotations are its schema, from YAML and from Python alike."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, get_type_hints

ALSO_WHOLE_NUMBERS = "also whole numbers"  # marks text into which `prepare` converts whole numbers, too


@dataclasses.dataclass(frozen=True)
class OneOf:
    """Marks text that is one of some names, which its class checks; the JSON Schema lists them.

    Args:
        names: returns the names.
    """

    names: Callable[[], list[str]]


class FrozenMapping(dict[str, Any]):
    """The mapping of a field: immutable, so that it can be hashed; equal to a dict with the same entries."""

    def __hash__(self) -> int:  # type: ignore[override]  # which a dict has not
        return hash(frozenset(self.items()))

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a field's mapping cannot be changed; make another one of dict(it)")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


@dataclasses.dataclass(frozen=True)
class Fields:
    """A frozen dataclass whose annotations are the schema of a mapping in a config.

    What follows are the hooks by which a class takes part in being built from such a mapping.
    """

    stray_keys: ClassVar[Mapping[str, str]] = {}  # keys that it does not have, and what to write instead

    @classmethod
    def label(cls) -> str:
        """The name of this class in messages."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """(field, message) for every field that is valid by itself but not together with the others."""
        return ()

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Complete or convert the mapping before its fields are built."""
        return values

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields of this mapping that name files; a config makes them absolute."""
        return ()

    @classmethod
    def from_valid(cls, fields: Mapping[str, Any]) -> Self:
        """An object of fields that have been built already, one for every field of the class.

        Raises:
            ConfigError: for every field that conflicts with others.
        """
        return cls(**fields)


_FIELD_TYPES: dict[type[Fields], dict[str, Any]] = {}


def field_types(cls: type[Fields]) -> dict[str, Any]:
    """The annotation of every field, by name."""
    if cls not in _FIELD_TYPES:
        hints = get_type_hints(cls, include_extras=True)
        _FIELD_TYPES[cls] = {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    return _FIELD_TYPES[cls]


def required(cls: type[Fields]) -> Iterator[str]:
    """The names of the fields that have no default."""
    for field in dataclasses.fields(cls):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield field.name


def dump(value: Any) -> Any:
    """Plain values from which the same object can be built again, with every default written."""
    if isinstance(value, Fields):
        fields = {field.name: dump(getattr(value, field.name)) for field in dataclasses.fields(value)}
        type_name = getattr(value, "type_name", "")
        return {"type": type_name, **fields} if type_name else fields
    if isinstance(value, tuple | list):
        return [dump(item) for item in value]
    if isinstance(value, Mapping):
        return {key: dump(item) for key, item in value.items()}
    return value


def is_foreign(cls: type) -> bool:
    """Whether a class comes from a plugin or a user's module and not from nncli."""
    return not cls.__module__.startswith("nncli.")
