"""Build typed objects from the plain values of a config, and collect every problem."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import annotated_types
import numpy as np

from nncli.core.annotations import (
    is_fields_class,
    is_mapping_type,
    literal_values,
    metadata_of,
    split_annotation,
    union_members,
)
from nncli.core.errors import ConfigError, Path, Problem
from nncli.core.fields import Fields, FrozenMapping, field_types, required_fields
from nncli.core.invalid import INVALID, Invalid, is_invalid
from nncli.core.missing_type import missing_type_problem
from nncli.core.plain_values import NULL_WORDS, mismatch_message, plain_value
from nncli.core.registry import Registry
from nncli.core.text_format import join_names, truncate
from nncli.core.type_description import describe_type
from nncli.core.unions import choose_member, is_registered_name
from nncli.core.unknown_keys import likely_fields, unknown_key_advice
from nncli.core.value_text import format_value

FieldsT = TypeVar("FieldsT", bound=Fields)
_MIN_LENGTH = (annotated_types.Len, annotated_types.MinLen)


class Builder:
    """Build objects of `Fields` classes from plain values, and collect every problem.

    Each object is built once: first its fields, then, if all of them are valid, the object itself.

    Args:
        resolve: function (path of keys, file name) that returns the absolute file name; None changes no file names.

    Attributes:
        problems: the problems found so far.
    """

    def __init__(self, resolve: Callable[[Path, str], str] | None = None) -> None:
        self.problems: list[Problem] = []
        self._resolve = resolve

    def problem(self, path: Path, message: str, *, key: bool = False) -> Any:
        """Add a problem and return INVALID.

        Args:
            path: path of the value in the config.
            message: what was expected and what was found.
            key: whether the key is at fault instead of the value.
        """
        self.problems.append(Problem(path, message, "key" if key else "value"))
        return INVALID

    def value(self, annotation: Any, value: Any, path: Path) -> Any:
        """Convert a value to its annotated type; return Invalid, and add a problem, if it cannot be converted.

        Args:
            annotation: type annotation of the field.
            value: plain value, or an object that is already built.
            path: path of the value in the config.
        """
        if isinstance(value, Invalid):  # the problem was reported when the value was read
            return INVALID
        members = union_members(annotation)
        nullable = type(None) in members
        if value is None and nullable:
            return None
        members = tuple(member for member in members if member is not type(None))
        mapping = next((member for member in members if is_mapping_type(member)), None)
        if mapping is not None and isinstance(value, Mapping):
            return self._mapping(annotation, mapping, value, path)
        structured = [
            member for member in members if is_fields_class(member) or split_annotation(member)[1] is not None
        ]
        simple = [member for member in members if member not in structured]
        if nullable and structured and isinstance(value, str) and value.lower() in NULL_WORDS:
            return self.problem(path, mismatch_message(annotation, value))
        named = structured and is_registered_name(structured, annotation, value)
        if structured and (not simple or isinstance(value, dict | Fields) or named):
            return self._structure(structured, value, path, nullable=nullable)
        inner = split_annotation(members[0])[0]
        if len(members) == 1 and get_origin(inner) is tuple and split_annotation(get_args(inner)[0])[1] is not None:
            return self._registered_list(members[0], value, path)
        if not structured:
            return self._plain(annotation, value, path)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return self._plain(Union[tuple(simple)], value, path, None if number else annotation)  # noqa: UP007

    def fields(self, cls: type[Fields], values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Build the fields of a class from a mapping, each valid or Invalid; report unknown and missing keys.

        Args:
            cls: the class.
            values: key -> plain value.
            path: path of the mapping in the config.
        """
        values = self.with_absolute_paths(cls, cls.prepare({str(key): value for key, value in values.items()}), path)
        known = field_types(cls)
        built: dict[str, Any] = {}
        intended: set[str] = set()  # fields that unknown keys were likely meant to be
        for name, value in values.items():
            if name in known:
                built[name] = self.value(known[name], value, (*path, name))
            else:
                intended |= likely_fields(name, cls)
                message = f"unknown key {truncate(name)!r} for {cls.label()}{unknown_key_advice(name, cls, path)}"
                built[name] = self.problem((*path, name), message, key=True)
        for name in required_fields(cls):
            if name not in values:
                built[name] = INVALID
                if name not in intended:  # otherwise the unknown key was reported already
                    self.problem(path, f"{cls.label()} needs the key {name!r}: {describe_type(known[name])}")
        return built

    def make(self, cls: type[FieldsT], values: Mapping[str, Any], path: Path) -> FieldsT | Invalid:
        """Build an object from a mapping; if there are problems, return Invalid with the fields that could be built.

        Args:
            cls: the class of the object.
            values: key -> plain value.
            path: path of the mapping in the config.
        """
        built = self.fields(cls, values, path)
        if any(map(is_invalid, built.values())):
            return Invalid(built)
        try:
            return cls.from_valid({**self._defaults(cls, built, path), **built})
        except ConfigError as error:
            for problem in error.problems:
                self.problem((*path, *problem.path[1:]), problem.message)
            return Invalid(built)

    def with_absolute_paths(self, cls: type[Fields], values: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
        """Return the mapping with absolute file names.

        Args:
            cls: the class that the mapping describes; it knows which fields are file names.
            values: the mapping.
            path: path of the mapping in the config.
        """
        if self._resolve is None:
            return values
        found = [name for name in cls.path_fields(values) if isinstance(values.get(name), str)]
        return {**values, **{name: self._resolve((*path, name), values[name]) for name in found}}

    def _defaults(self, cls: type[Fields], given: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return the defaults of the missing fields; a default that is a registered name is built."""
        defaults: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            if field.name not in given:
                default = field.default_factory() if callable(field.default_factory) else field.default
                if isinstance(default, str):
                    default = self.value(field_types(cls)[field.name], default, (*path, field.name))
                defaults[field.name] = default
        return defaults

    def _structure(self, members: list[Any], value: Any, path: Path, *, nullable: bool) -> Any:
        """Build an object of one of the classes or registries in `members`."""
        if isinstance(value, Fields):
            return self._check_object(members, value, path)
        either = " or null" if nullable else ""
        if len(members) > 1 and any(map(is_fields_class, members)) and not isinstance(value, str | Mapping):
            examples = [self._example(member, value) for member in members]
            suitable = [example for example in examples if "..." not in example and "FILE" not in example]
            wanted = f"a mapping, such as {' or '.join(suitable or examples)}{either}"
            return self.problem(path, f"expected {wanted}; got {format_value(value)}")
        member = choose_member(members, value) if len(members) > 1 else members[0]
        registry = split_annotation(member)[1]
        if registry is not None:
            return self._registered(registry, value, path)
        if not isinstance(value, Mapping):
            known = join_names(field_types(member))
            return self.problem(path, f"expected a mapping with the keys {known}{either}; got {format_value(value)}")
        return self.make(member, value, path)

    def _example(self, member: Any, value: Any) -> str:
        """Return an example of a mapping for a message, with the given value if the mapping accepts it."""
        registry = split_annotation(member)[1]
        if registry is not None:
            return registry.example.removeprefix("a mapping, such as ") or "{type: ...}"
        trial, (name, *_) = Builder(), required_fields(member)
        trial.value(field_types(member)[name], value, ())
        return f"{{{name}: {'...' if trial.problems else format_value(value)}}}"

    def _check_object(self, members: list[Any], value: Fields, path: Path) -> Any:
        """Return an object that was passed instead of plain values; add a problem if its type is not in `members`."""
        for member in members:
            registry = split_annotation(member)[1]
            if registry is None and type(value) is member:
                return value
            if registry is not None and registry.find(getattr(value, "type_name", "")) is type(value):
                return value
            if registry is not None and registry.base is not None and isinstance(value, registry.base):
                return value  # the class was registered again, for example because its module was reloaded
        wanted = " or ".join(describe_type(member) for member in members)
        return self.problem(path, f"expected {wanted}; got {format_value(value)}")

    def _registered(self, registry: Registry, value: Any, path: Path) -> Any:
        """Build a registered object from a name or a mapping."""
        name: Any
        if isinstance(value, str):
            name, values, at = value, {}, path
        elif isinstance(value, Mapping):
            values = {str(key): item for key, item in value.items()}
            if "type" not in values:
                return self._untyped(registry, values, path)
            name, at = values.pop("type"), (*path, "type")
        else:
            known = "" if registry.example else f". Known: {registry.listing()}"
            wanted = registry.example or f"a name, or a mapping {{type: ..., ...}}, of a known {registry.kind}"
            return self.problem(path, f"expected {wanted}; got {format_value(value)}{known}")
        if isinstance(name, Invalid):
            return INVALID
        if not isinstance(name, str):
            wanted = f"the name of {registry.with_article}"
            return self.problem(at, f"expected {wanted}; got {format_value(name)}. Known: {registry.listing()}")
        cls = registry.find(name)
        if cls is not None:
            return self.make(cls, values, path)
        if at == path and registry.example:
            meant = next((mapping for other in registry if (mapping := other.meant_by(name))), registry.example)
            return self.problem(at, f"expected a mapping; write {meant}")
        return self.problem(at, registry.unknown(name))

    def _untyped(self, registry: Registry, values: dict[str, Any], path: Path) -> Any:
        """Build a registered object from a mapping without `type`, whose keys determine the class."""
        if any(map(is_invalid, values.values())):
            values = {key: value for key, value in values.items() if not is_invalid(value)}
            if registry.find_by_keys(values) is None:
                return INVALID  # the problems were reported when the values were read
        if not registry.example or (isinstance(values.get("path", "."), str) and values.get("path", ".") != ""):
            cls = registry.find_by_keys(values, lambda cls: self.with_absolute_paths(cls, values, path))
            if cls is not None:
                return self.make(cls, values, path)
        self.problems.append(missing_type_problem(registry, values, path))
        return INVALID

    def _registered_list(self, annotation: Any, value: Any, path: Path) -> Any:
        """Build a tuple of registered objects from a list."""
        inner = split_annotation(annotation)[0]
        member = get_args(inner)[0]
        if not isinstance(value, list | tuple):
            return self.problem(path, f"expected {describe_type(inner)}; got {format_value(value)}")
        least = _min_length(annotation)
        if len(value) < least:
            registry = cast("Registry", split_annotation(member)[1])
            return self.problem(path, f"expected at least {'one' if least == 1 else least} {registry.kind}")
        built = tuple(self.value(member, item, (*path, index)) for index, item in enumerate(value))
        return Invalid(items=built) if any(map(is_invalid, built)) else built

    def _mapping(self, annotation: Any, member: Any, value: Mapping[Any, Any], path: Path) -> Any:
        """Build the entries of a `dict[str, ...]` field; keys that are whole numbers are converted to text."""
        if isinstance(word := value.get("type"), str) and len(value) > 1 and word in literal_values(annotation):
            return self.problem(path, f"expected {describe_type(annotation)}; got {word} with other keys beside it")
        known = len(self.problems)
        least = _min_length(member)
        if len(value) < least:
            wanted = "at least one entry" if least == 1 else f"at least {least} entries"
            self.problem(path, f"expected {wanted}; got {format_value(value)}")
        built: dict[str, Any] = {}
        for given, item in value.items():
            key = given.item() if isinstance(given, np.generic) else given
            if not isinstance(key, str | int) or isinstance(key, bool):
                self.problem(path, f"expected names as keys; got {format_value(key)}")
            elif str(key) in built:
                self.problem((*path, str(key)), f"the key {truncate(str(key))!r} is listed twice", key=True)
            else:
                built[str(key)] = self.value(get_args(split_annotation(member)[0])[1], item, (*path, str(key)))
        return INVALID if len(self.problems) > known or any(map(is_invalid, built.values())) else FrozenMapping(built)

    def _plain(self, annotation: Any, value: Any, path: Path, full: Any = None) -> Any:
        """Convert a number, a text or another plain value.

        Args:
            annotation: the type annotation, or those members of a union that are plain types.
            value: the value.
            path: path of the value in the config.
            full: the full union, for messages, if `annotation` is only a part of it; otherwise None.
        """
        try:
            return plain_value(annotation, value)
        except ValueError:
            value = value.item() if isinstance(value, np.generic) else value
            return self.problem(path, mismatch_message(annotation, value, full))


def _min_length(annotation: Any) -> int:
    """Return the minimum length that an annotation demands; 0 if it has none."""
    return next((item.min_length for item in metadata_of(annotation) if isinstance(item, _MIN_LENGTH)), 0)


def check_annotations(cls: type[Fields]) -> str | None:
    """Return what is wrong with the annotations of a class, or None."""
    try:
        types = field_types(cls)
    except Exception as error:  # annotations are user code, which may raise anything
        return f"its annotations cannot be read ({type(error).__name__}: {error})"
    for name, annotation in types.items():
        inner = [
            get_args(split_annotation(member)[0])[1] for member in union_members(annotation) if is_mapping_type(member)
        ]
        try:
            for item in (annotation, *inner):
                Builder().value(item, object(), ())
        except Exception:  # pydantic may raise any error for an unknown type
            return f"the annotation of {name!r} is not a type that a config can hold"
    return None


def build(registry: Registry, value: Any) -> Any:
    """Build a registered object from its name or a mapping; an object is returned unchanged.

    Args:
        registry: the registry of its class.
        value: a name, a mapping or an object.

    Raises:
        ConfigError: with every problem.
    """
    builder = Builder()
    built = builder.value(Annotated[Any, registry], value, (registry.kind,))
    if builder.problems:
        raise ConfigError(builder.problems)
    return built
