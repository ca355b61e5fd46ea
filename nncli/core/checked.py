"""The base classes of everything that a config can describe: frozen dataclasses that validate their fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self

from nncli.core.builder import Builder
from nncli.core.errors import ConfigError, Problem
from nncli.core.fields import Fields, field_types


@dataclasses.dataclass(frozen=True)
class Checked(Fields):
    """A frozen dataclass that validates its fields when it is created.

    Values may be given as in YAML: a list for a tuple, a name or a mapping for a registered class. They are converted
    to the annotated type; a `dict[str, ...]` becomes immutable.

    Raises:
        ConfigError: with every invalid field.
    """

    def __post_init__(self) -> None:
        builder = Builder()
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not field.default or isinstance(value, str):  # a default may be a registered name
                built = builder.value(field_types(type(self))[field.name], value, (self.label(), field.name))
                object.__setattr__(self, field.name, built)
        if not builder.problems:
            builder.problems = list(_conflicts(self))
        if builder.problems:
            raise ConfigError(builder.problems)

    @classmethod
    def from_valid(cls, fields: Mapping[str, Any]) -> Self:
        """Create an object from valid fields, without validating each of them again.

        Raises:
            ConfigError: with every field that conflicts with others.
        """
        if cls.__post_init__ is not Checked.__post_init__:  # a plugin's class may override __post_init__
            return cls(**fields)
        made = cls.__new__(cls)
        vars(made).update(fields)
        if problems := list(_conflicts(made)):
            raise ConfigError(problems)
        return made

    def with_fields(self, **fields: Any) -> Self:
        """Return a copy with some fields replaced by valid values."""
        current = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if unknown := fields.keys() - current.keys():
            raise TypeError(f"{type(self).__name__} has no field {min(unknown)!r}")
        return type(self).from_valid({**current, **fields})


def _conflicts(made: Fields) -> Iterator[Problem]:
    """Return the conflicts between the fields of an object, as problems."""
    return (Problem((made.label(), name), message) for name, message in made.conflicts())


@dataclasses.dataclass(frozen=True)
class Registered(Checked):
    """A checked class that configs refer to by a name, its `type`."""

    type_name: ClassVar[str] = ""
    example: ClassVar[str] = ""  # an example for a config, if the required fields do not show how to write it
    needs: ClassVar[tuple[str, ...]] = ()  # the methods that a subclass must define
    listed: ClassVar[bool] = True  # whether messages and `nncli list` show the class
    known_elsewhere: ClassVar[Mapping[str, str]] = {}  # names of this class in other libraries -> what to write instead

    @classmethod
    def label(cls) -> str:
        """The registered name."""
        return cls.type_name

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Return whether a mapping without the key `type` describes this class."""
        return False

    @classmethod
    def meant_by(cls, name: str) -> str | None:
        """Return the mapping that the user likely meant by an unknown name, such as {path: NAME}, or None."""
        return None

    def remarks(self) -> Iterable[str]:
        """Return notes for the user about fields that are valid but unusual."""
        return ()


def registered_in(value: Any) -> Iterator[Registered]:
    """Yield every registered object in a value, at any depth."""
    if isinstance(value, Registered):
        yield value
    if isinstance(value, Fields):
        for field in dataclasses.fields(value):
            yield from registered_in(getattr(value, field.name))
    elif isinstance(value, tuple | list | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from registered_in(item)
