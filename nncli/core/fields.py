"""Checked fields: a dataclass's annotations are its schema, from YAML and from Python alike."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, get_type_hints

from nncli.core.errors import ConfigError, Problem

ALSO_WHOLE_NUMBERS = "also whole numbers"  # marks a text that `prepare` makes of a whole number too


@dataclasses.dataclass(frozen=True)
class OneOf:
    """Marks a text that is one of some names, which its class checks; a schema lists them.

    Args:
        names: gives them.
    """

    names: Callable[[], list[str]]


class FrozenMapping(dict[str, Any]):
    """A field's mapping: it cannot be changed, so that it has a hash. Equal to a dict with the same entries."""

    def __hash__(self) -> int:  # type: ignore[override]  # which a dict has not
        return hash(frozenset(self.items()))

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a field's mapping cannot be changed; make another one of dict(it)")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


@dataclasses.dataclass(frozen=True)
class Checked:
    """A frozen dataclass whose fields are checked when it is made.

    Values come as YAML gives them: a list where the annotation says tuple, a name or a mapping where it says a
    registered class. They are stored in the annotation's own form; a `dict[str, ...]` that cannot be changed.

    Raises:
        ConfigError: with every field that is wrong.
    """

    stray_keys: ClassVar[Mapping[str, str]] = {}  # keys that it does not have, and what to write instead

    def __post_init__(self) -> None:
        from nncli.core.builder import Builder  # which builds what this file says what it is

        builder = Builder()
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not field.default or isinstance(value, str):  # a default may be a registered name
                built = builder.value(field_types(type(self))[field.name], value, (self.label(), field.name))
                object.__setattr__(self, field.name, built)
        if not builder.problems:
            builder.problems = [Problem((self.label(), name), message) for name, message in self.conflicts()]
        if builder.problems:
            raise ConfigError(builder.problems)

    @classmethod
    def label(cls) -> str:
        """What messages call this class."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """(field, message) for every field that is right by itself but not beside the others."""
        return ()

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A chance to complete the mapping before it is checked."""
        return values

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields of this mapping that name files; the config makes them absolute."""
        return ()


@dataclasses.dataclass(frozen=True)
class Registered(Checked):
    """A checked class that has a name in the config."""

    type_name: ClassVar[str] = ""
    example: ClassVar[str] = ""  # how it is best written in a config, where that is not plain from its fields
    needs: ClassVar[tuple[str, ...]] = ()  # the methods that a subclass has to bring
    listed: ClassVar[bool] = True  # among the known names in messages and listings
    known_elsewhere: ClassVar[Mapping[str, str]] = {}  # names of it in other libraries, and what to write instead

    @classmethod
    def label(cls) -> str:
        """What messages call this class: its registered name."""
        return cls.type_name

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether a mapping without a `type` key means this class."""
        return False

    @classmethod
    def meant_by(cls, name: str) -> str | None:
        """The mapping that someone may have meant who wrote a bare name that is not known."""
        return None

    def remarks(self) -> Iterable[str]:
        """What the user should know of fields that are right, but unusual."""
        return ()


_FIELD_TYPES: dict[type[Checked], dict[str, Any]] = {}


def field_types(cls: type[Checked]) -> dict[str, Any]:
    """The annotation of every field of a checked class, by name."""
    if cls not in _FIELD_TYPES:
        hints = get_type_hints(cls, include_extras=True)
        _FIELD_TYPES[cls] = {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    return _FIELD_TYPES[cls]


def required(cls: type[Checked]) -> Iterator[str]:
    """The names of the fields that have no default."""
    for field in dataclasses.fields(cls):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield field.name


def dump(value: Any) -> Any:
    """Plain values that build the same object again, every default written."""
    if isinstance(value, Checked):
        fields = {field.name: dump(getattr(value, field.name)) for field in dataclasses.fields(value)}
        type_name = getattr(value, "type_name", "")
        return {"type": type_name, **fields} if type_name else fields
    if isinstance(value, tuple | list):
        return [dump(item) for item in value]
    if isinstance(value, Mapping):
        return {key: dump(item) for key, item in value.items()}
    return value


def is_foreign(cls: type) -> bool:
    """Whether a class is not nncli's own, but a user's."""
    return not cls.__module__.startswith("nncli.")


def registered_in(value: Any) -> Iterator[Registered]:
    """Every registered object in a value, however deep."""
    if isinstance(value, Registered):
        yield value
    if isinstance(value, Checked):
        for field in dataclasses.fields(value):
            yield from registered_in(getattr(value, field.name))
    elif isinstance(value, tuple | list | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from registered_in(item)
