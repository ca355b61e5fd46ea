"""The base of everything that a config can describe: frozen dataclasses that check their fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self

from nncli.core.builder import Builder
from nncli.core.errors import ConfigError, Problem
from nncli.core.fields import Fields, field_types


@dataclasses.dataclass(frozen=True)
class Checked(Fields):
    """A frozen dataclass whose fields are checked when it is made.

    Values come as YAML gives them: a list where the annotation says tuple, a name or a mapping where it says a
    registered class. They are converted to the annotated type; a `dict[str, ...]` becomes immutable.

    Raises:
        ConfigError: with every field that is wrong.
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
        """An object of fields that have been built already, without checking each of them again.

        Raises:
            ConfigError: for every field that conflicts with others.
        """
        if cls.__post_init__ is not Checked.__post_init__:  # a user's class that does more when it is made
            return cls(**fields)
        made = cls.__new__(cls)
        vars(made).update(fields)
        if problems := list(_conflicts(made)):
            raise ConfigError(problems)
        return made

    def with_fields(self, **fields: Any) -> Self:
        """A copy with other values in some fields, which are valid already."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if unknown := fields.keys() - own.keys():
            raise TypeError(f"{type(self).__name__} has no field {min(unknown)!r}")
        return type(self).from_valid({**own, **fields})


def _conflicts(made: Fields) -> Iterator[Problem]:
    return (Problem((made.label(), name), message) for name, message in made.conflicts())


@dataclasses.dataclass(frozen=True)
class Registered(Checked):
    """A checked class that has a name in the config."""

    type_name: ClassVar[str] = ""
    example: ClassVar[str] = ""  # how it is best written in a config, where its fields do not show it
    needs: ClassVar[tuple[str, ...]] = ()  # the methods that a subclass has to define
    listed: ClassVar[bool] = True  # whether messages and listings name it
    known_elsewhere: ClassVar[Mapping[str, str]] = {}  # names of it in other libraries, and what to write instead

    @classmethod
    def label(cls) -> str:
        """The registered name."""
        return cls.type_name

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether a mapping without a `type` key means this class."""
        return False

    @classmethod
    def meant_by(cls, name: str) -> str | None:
        """The mapping that was probably meant by a bare name that is not registered; None where there is none."""
        return None

    def remarks(self) -> Iterable[str]:
        """Notes for the user on fields that are valid, but unusual."""
        return ()


def registered_in(value: Any) -> Iterator[Registered]:
    """Every registered object in a value, at any depth."""
    if isinstance(value, Registered):
        yield value
    if isinstance(value, Fields):
        for field in dataclasses.fields(value):
            yield from registered_in(getattr(value, field.name))
    elif isinstance(value, tuple | list | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from registered_in(item)
