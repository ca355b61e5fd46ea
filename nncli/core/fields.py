"""`Fields`: the annotations of a dataclass are the schema of its mapping in a config."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, get_type_hints

ALSO_WHOLE_NUMBERS = "also whole numbers"  # metadata of a text field; `prepare` of its class converts them to text


@dataclasses.dataclass(frozen=True)
class OneOf:
    """Annotation metadata of a text that must be one of some names.

    Only the JSON Schema uses it; the class with this field validates the text.

    Args:
        names: function that returns the names.
    """

    names: Callable[[], list[str]]


class FrozenMapping(dict[str, Any]):
    """An immutable and hashable dict, for fields of frozen dataclasses."""

    def __hash__(self) -> int:  # type: ignore[override]  # dict.__hash__ is None
        return hash(frozenset(self.items()))

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("the mapping of a field cannot be changed; copy it with dict(...)")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


@dataclasses.dataclass(frozen=True)
class Fields:
    """A frozen dataclass whose annotations are the schema of a mapping in a config.

    `Builder` builds it from such a mapping; subclasses override these methods to change how it is built.
    """

    stray_keys: ClassVar[Mapping[str, str]] = {}  # keys that users may write by mistake -> what to write instead

    @classmethod
    def label(cls) -> str:
        """Return the name of this class for messages."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Return (field, message) for every field that is valid alone but conflicts with other fields."""
        return ()

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Return the mapping, completed or converted before its fields are built."""
        return values

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the fields of this mapping that are file names; the builder makes them absolute."""
        return ()

    @classmethod
    def from_valid(cls, fields: Mapping[str, Any]) -> Self:
        """Create an object from valid fields, one for every field of the class.

        Raises:
            ConfigError: with every field that conflicts with others.
        """
        return cls(**fields)


_FIELD_TYPES: dict[type[Fields], dict[str, Any]] = {}


def field_types(cls: type[Fields]) -> dict[str, Any]:
    """Return the annotation of every field, by name."""
    if cls not in _FIELD_TYPES:
        hints = get_type_hints(cls, include_extras=True)
        _FIELD_TYPES[cls] = {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    return _FIELD_TYPES[cls]


def required_fields(cls: type[Fields]) -> Iterator[str]:
    """Yield the names of the fields that have no default."""
    for field in dataclasses.fields(cls):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield field.name


def dump(value: Any) -> Any:
    """Convert an object to plain values, including all defaults; the builder can build it again from them."""
    if isinstance(value, Fields):
        fields = {field.name: dump(getattr(value, field.name)) for field in dataclasses.fields(value)}
        type_name = getattr(value, "type_name", "")
        return {"type": type_name, **fields} if type_name else fields
    if isinstance(value, tuple | list):
        return [dump(item) for item in value]
    if isinstance(value, Mapping):
        return {key: dump(item) for key, item in value.items()}
    return value


def is_user_defined(cls: type) -> bool:
    """Return whether a class is defined in a plugin or in another module outside of nncli."""
    return not cls.__module__.startswith("nncli.")
