"""From the plain values of a config to checked objects, with every problem on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import annotated_types
import numpy as np

from nncli.core.advice import advice, named_by
from nncli.core.annotations import inner_and_registry, is_checked, is_mapping, literals, metadata, options_of
from nncli.core.errors import ConfigError, Path, Problem
from nncli.core.fields import Fields, FrozenMapping, field_types, required
from nncli.core.invalid import INVALID, Invalid, is_invalid
from nncli.core.plain_values import NULL_WORDS, plain_value, unexpected
from nncli.core.registry import Registry
from nncli.core.text_format import join_names, truncate
from nncli.core.type_description import describe_type
from nncli.core.unions import choose_member, is_registered_name
from nncli.core.untyped import untyped_problem
from nncli.core.value_text import format_value

FieldsT = TypeVar("FieldsT", bound=Fields)
_MIN_LENGTH = (annotated_types.Len, annotated_types.MinLen)


class Builder:
    """Builds checked objects from plain values and collects every problem on the way.

    Each object is built once: its fields first, then the object itself, of fields that are valid.

    Args:
        resolve: makes a file name absolute, given the path of keys to it; None leaves names as they are.
    """

    def __init__(self, resolve: Callable[[Path, str], str] | None = None) -> None:
        self.problems: list[Problem] = []
        self._resolve = resolve

    def problem(self, path: Path, message: str, *, key: bool = False) -> Any:
        """Report a problem; returns INVALID."""
        self.problems.append(Problem(path, message, "key" if key else "value"))
        return INVALID

    def value(self, annotation: Any, value: Any, path: Path) -> Any:
        """Convert a value to its annotated type; Invalid where that is not possible."""
        if isinstance(value, Invalid):  # its problem was reported where it was read
            return INVALID
        options = options_of(annotation)
        nullable = type(None) in options
        if value is None and nullable:
            return None
        options = tuple(option for option in options if option is not type(None))
        mapping = next((option for option in options if is_mapping(option)), None)
        if mapping is not None and isinstance(value, Mapping):
            return self._mapping(annotation, mapping, value, path)
        structured = [option for option in options if is_checked(option) or inner_and_registry(option)[1] is not None]
        simple = [option for option in options if option not in structured]
        if nullable and structured and isinstance(value, str) and value.lower() in NULL_WORDS:
            return self.problem(path, unexpected(annotation, value))
        named = structured and is_registered_name(structured, annotation, value)
        if structured and (not simple or isinstance(value, dict | Fields) or named):
            return self._structure(structured, value, path, nullable=nullable)
        inner = inner_and_registry(options[0])[0]
        if len(options) == 1 and get_origin(inner) is tuple and inner_and_registry(get_args(inner)[0])[1] is not None:
            return self._registered_list(options[0], value, path)
        if not structured:
            return self._plain(annotation, value, path)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return self._plain(Union[tuple(simple)], value, path, None if number else annotation)  # noqa: UP007

    def fields(self, cls: type[Fields], values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Every field that `values` gives, built or Invalid; unknown and missing keys are reported."""
        values = self.with_absolute_paths(cls, cls.prepare({str(key): value for key, value in values.items()}), path)
        known = field_types(cls)
        built: dict[str, Any] = {}
        meant: set[str] = set()
        for name, value in values.items():
            if name in known:
                built[name] = self.value(known[name], value, (*path, name))
            else:
                meant |= named_by(name, cls)
                message = f"unknown key {truncate(name)!r} for {cls.label()}{advice(name, cls, path)}"
                built[name] = self.problem((*path, name), message, key=True)
        for name in required(cls):
            if name not in values:
                built[name] = INVALID
                if name not in meant:
                    self.problem(path, f"{cls.label()} needs the key {name!r}: {describe_type(known[name])}")
        return built

    def make(self, cls: type[FieldsT], values: Mapping[str, Any], path: Path) -> FieldsT | Invalid:
        """The object that a mapping describes; Invalid, with the fields that could be built, if there are problems."""
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
        """The same mapping with the file names in it made absolute."""
        if self._resolve is None:
            return values
        found = [name for name in cls.path_fields(values) if isinstance(values.get(name), str)]
        return {**values, **{name: self._resolve((*path, name), values[name]) for name in found}}

    def _defaults(self, cls: type[Fields], given: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """The defaults of the fields that are not given; the name of something registered is built."""
        defaults: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            if field.name not in given:
                default = field.default_factory() if callable(field.default_factory) else field.default
                if isinstance(default, str):
                    default = self.value(field_types(cls)[field.name], default, (*path, field.name))
                defaults[field.name] = default
        return defaults

    def _structure(self, options: list[Any], value: Any, path: Path, *, nullable: bool) -> Any:
        """An object of a class or of a registry."""
        if isinstance(value, Fields):
            return self._object(options, value, path)
        either = " or null" if nullable else ""
        if len(options) > 1 and any(map(is_checked, options)) and not isinstance(value, str | Mapping):
            examples = [self._example(option, value) for option in options]
            suitable = [example for example in examples if "..." not in example and "FILE" not in example]
            wanted = f"a mapping, such as {' or '.join(suitable or examples)}{either}"
            return self.problem(path, f"expected {wanted}; got {format_value(value)}")
        option = choose_member(options, value) if len(options) > 1 else options[0]
        registry = inner_and_registry(option)[1]
        if registry is not None:
            return self._registered(registry, value, path)
        if not isinstance(value, Mapping):
            known = join_names(field_types(option))
            return self.problem(path, f"expected a mapping with the keys {known}{either}; got {format_value(value)}")
        return self.make(option, value, path)

    def _example(self, option: Any, value: Any) -> str:
        """How a mapping of that kind begins, with the value that was given where it is valid there."""
        registry = inner_and_registry(option)[1]
        if registry is not None:
            return registry.example.removeprefix("a mapping, such as ") or "{type: ...}"
        trial, (name, *_) = Builder(), required(option)
        trial.value(field_types(option)[name], value, ())
        return f"{{{name}: {'...' if trial.problems else format_value(value)}}}"

    def _object(self, options: list[Any], value: Fields, path: Path) -> Any:
        """An object as it is, where it is of one of the kinds."""
        for option in options:
            registry = inner_and_registry(option)[1]
            if registry is None and type(value) is option:
                return value
            if registry is not None and registry.find(getattr(value, "type_name", "")) is type(value):
                return value
            if registry is not None and registry.base is not None and isinstance(value, registry.base):
                return value  # of a class that was defined again since
        wanted = " or ".join(describe_type(option) for option in options)
        return self.problem(path, f"expected {wanted}; got {format_value(value)}")

    def _registered(self, registry: Registry, value: Any, path: Path) -> Any:
        """An object of a registry, from a name or a mapping."""
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
        """An object of a registry from a mapping without a type, which its keys decide."""
        if any(map(is_invalid, values.values())):
            values = {key: value for key, value in values.items() if not is_invalid(value)}
            if registry.claiming(values) is None:
                return INVALID  # its problem was reported where it was read
        if not registry.example or (isinstance(values.get("path", "."), str) and values.get("path", ".") != ""):
            cls = registry.claiming(values, lambda cls: self.with_absolute_paths(cls, values, path))
            if cls is not None:
                return self.make(cls, values, path)
        self.problems.append(untyped_problem(registry, values, path))
        return INVALID

    def _registered_list(self, annotation: Any, value: Any, path: Path) -> Any:
        inner = inner_and_registry(annotation)[0]
        option = get_args(inner)[0]
        if not isinstance(value, list | tuple):
            return self.problem(path, f"expected {describe_type(inner)}; got {format_value(value)}")
        least = _min_length(annotation)
        if len(value) < least:
            registry = cast("Registry", inner_and_registry(option)[1])
            return self.problem(path, f"expected at least {'one' if least == 1 else least} {registry.kind}")
        built = tuple(self.value(option, item, (*path, index)) for index, item in enumerate(value))
        return Invalid(items=built) if any(map(is_invalid, built)) else built

    def _mapping(self, annotation: Any, option: Any, value: Mapping[Any, Any], path: Path) -> Any:
        """A mapping whose entries are built one by one; a whole number as key is the text that YAML has for it."""
        if isinstance(word := value.get("type"), str) and len(value) > 1 and word in literals(annotation):
            return self.problem(path, f"expected {describe_type(annotation)}; got {word} with other keys beside it")
        known = len(self.problems)
        least = _min_length(option)
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
                built[str(key)] = self.value(get_args(inner_and_registry(option)[0])[1], item, (*path, str(key)))
        return INVALID if len(self.problems) > known or any(map(is_invalid, built.values())) else FrozenMapping(built)

    def _plain(self, annotation: Any, value: Any, path: Path, whole: Any = None) -> Any:
        """A number, a text and the like; `whole` is the annotation with all alternatives."""
        try:
            return plain_value(annotation, value)
        except ValueError:
            value = value.item() if isinstance(value, np.generic) else value
            return self.problem(path, unexpected(annotation, value, whole))


def _min_length(annotation: Any) -> int:
    return next((item.min_length for item in metadata(annotation) if isinstance(item, _MIN_LENGTH)), 0)


def check_annotations(cls: type[Fields]) -> str | None:
    """What is wrong with the annotations of a class's fields, or None."""
    try:
        types = field_types(cls)
    except Exception as error:  # annotations are a user's code
        return f"its annotations cannot be read ({type(error).__name__}: {error})"
    for name, annotation in types.items():
        inner = [get_args(inner_and_registry(option)[0])[1] for option in options_of(annotation) if is_mapping(option)]
        try:
            for item in (annotation, *inner):
                Builder().value(item, object(), ())
        except Exception:  # whatever pydantic raises for a type that it does not know
            return f"the annotation of {name!r} is not a type that a config can hold"
    return None


def build(registry: Registry, value: Any) -> Any:
    """One registered object from its name, a mapping or itself.

    Raises:
        ConfigError: with every problem of it.
    """
    builder = Builder()
    built = builder.value(Annotated[Any, registry], value, (registry.kind,))
    if builder.problems:
        raise ConfigError(builder.problems)
    return built
