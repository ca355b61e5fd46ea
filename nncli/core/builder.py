"""From plain values to checked objects, with every problem on the way."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import annotated_types
import numpy as np

from nncli.core.advice import advice, colon, named_by
from nncli.core.annotations import (
    adapter,
    inner_and_registry,
    is_checked,
    is_mapping,
    literals,
    metadata,
    options_of,
)
from nncli.core.errors import ConfigError, Path, Problem
from nncli.core.fields import Checked, FrozenMapping, Registered, field_types, required
from nncli.core.registry import Registry
from nncli.core.spelling import nearest
from nncli.core.text_format import join_names, truncate
from nncli.core.type_description import describe_type
from nncli.core.value_text import format_value

SelfT = TypeVar("SelfT", bound=Checked)
NOTHING = ("none", "null", "nil")  # as other languages write null


class Failed:
    """Stands for a value that could not be built; the problem is in the list."""

    def __repr__(self) -> str:
        return "FAILED"


FAILED = Failed()


class Partial(Failed):
    """Stands for an object that could not be built, with those of its fields that could.

    Args:
        fields: by name, what was given; FAILED where it could not be built.
    """

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields


class Holes(list[Any]):
    """A list of registered objects in which some are FAILED: enough to check the others."""


def failed(value: Any) -> bool:
    """Whether a value could not be built, or not wholly."""
    return isinstance(value, Failed | Holes)


class Builder:
    """Builds checked objects from plain values and collects every problem on the way.

    Args:
        resolve: makes a file name absolute, given the path of keys to it; None leaves names as they are.
    """

    def __init__(self, resolve: Callable[[Path, str], str] | None = None) -> None:
        self.problems: list[Problem] = []
        self._resolve = resolve

    def problem(self, path: Path, message: str, *, key: bool = False) -> Any:
        """Notes a problem and gives FAILED."""
        self.problems.append(Problem(path, message, "key" if key else "value"))
        return FAILED

    def value(self, annotation: Any, value: Any, path: Path) -> Any:
        """The value in the form of its annotation, or FAILED."""
        if isinstance(value, Failed):  # its problem was told where it was read
            return FAILED
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
        if nullable and structured and isinstance(value, str) and value.lower() in NOTHING:
            return self._unexpected(annotation, value, path)
        if structured and (not simple or isinstance(value, dict | Checked) or _is_name(structured, annotation, value)):
            return self._structure(structured, value, path, nullable=nullable)
        inner = inner_and_registry(options[0])[0]
        if len(options) == 1 and get_origin(inner) is tuple and inner_and_registry(get_args(inner)[0])[1] is not None:
            return self._registered_list(options[0], value, path)
        if not structured:
            return self._plain(annotation, value, path)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return self._plain(Union[tuple(simple)], value, path, None if number else annotation)  # noqa: UP007

    def fields(self, cls: type[Checked], values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Every field that `values` gives, built or FAILED; unknown and missing keys are noted."""
        values = self._with_paths(cls, cls.prepare({str(key): value for key, value in values.items()}), path)
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
                built[name] = FAILED
                if name not in meant:
                    self.problem(path, f"{cls.label()} needs the key {name!r}: {describe_type(known[name])}")
        return built

    def make(self, cls: type[SelfT], values: Mapping[str, Any], path: Path) -> SelfT | Failed:
        """The object that a mapping describes, or what could be built of it."""
        built = self.fields(cls, values, path)
        if any(map(failed, built.values())):
            return FAILED if issubclass(cls, Registered) else Partial(built)
        try:
            return cls(**built)
        except ConfigError as error:
            for problem in error.problems:
                self.problem((*path, *problem.path[1:]), problem.message)
            return FAILED if issubclass(cls, Registered) else Partial(built)

    def _with_paths(self, cls: type[Checked], values: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
        """The same mapping with the file names in it made absolute."""
        if self._resolve is None:
            return values
        names = [name for name in cls.path_fields(values) if isinstance(values.get(name), str)]
        return {**values, **{name: self._resolve((*path, name), values[name]) for name in names}}

    def _unexpected(self, annotation: Any, value: Any, path: Path, hint: str = "", whole: Any = None) -> Any:
        """The problem of a value that is not what its annotation says."""
        wanted = describe_type(annotation if whole is None else whole)
        if isinstance(value, float) and value - value != 0:
            wanted = wanted.replace("a number", "a finite number")
        if not hint and isinstance(value, str) and value.lower() in NOTHING and type(None) in options_of(annotation):
            hint = "; write null"
        if not hint and isinstance(value, str) and _without_quotes(annotation, value):
            hint = "; write it without quotes"
        return self.problem(path, f"expected {wanted}; got {format_value(value)}{hint}")

    def _structure(self, options: list[Any], value: Any, path: Path, *, nullable: bool) -> Any:
        if isinstance(value, Checked):
            return self._object(options, value, path)
        plain = [option for option in options if is_checked(option)]
        either = " or null" if nullable else ""
        if len(options) > 1 and plain and not isinstance(value, str | Mapping):
            examples = [self._example(option, value) for option in options]
            suitable = [example for example in examples if "..." not in example and "FILE" not in example]
            wanted = f"a mapping, such as {' or '.join(suitable or examples)}{either}"
            return self.problem(path, f"expected {wanted}; got {format_value(value)}")
        if len(options) > 1:  # a mapping that one of the plain classes has a key for, or else a registered one
            return self._structure([self._meant(options, value)], value, path, nullable=nullable)
        (option,) = options
        registry = inner_and_registry(option)[1]
        if registry is not None:
            return self._registered(registry, value, path)
        if not isinstance(value, Mapping):
            known = join_names(field_types(option))
            return self.problem(path, f"expected a mapping with the keys {known}{either}; got {format_value(value)}")
        return self.make(option, value, path)

    def _example(self, option: Any, value: Any) -> str:
        """How a mapping of that kind begins, with the value that was given where it suits."""
        registry = inner_and_registry(option)[1]
        if registry is not None:
            return registry.example.removeprefix("a mapping, such as ") or "{type: ...}"
        trial, (name, *_) = Builder(), required(option)
        trial.value(field_types(option)[name], value, ())
        return f"{{{name}: {'...' if trial.problems else format_value(value)}}}"

    def _object(self, options: list[Any], value: Checked, path: Path) -> Any:
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

    def _meant(self, options: list[Any], value: Any) -> Any:
        """Of several structures, the plain one that the value has a required key of, or else the registered one."""
        keys = [str(key) for key in value] if isinstance(value, Mapping) else []
        plain = [option for option in options if is_checked(option)]
        exact = next((option for option in plain if set(required(option)) & set(keys)), None)
        if exact is not None:
            return exact
        named = next(option for option in options if not is_checked(option))
        registry = inner_and_registry(named)[1]
        if "type" in keys or registry is None or (keys and registry.claiming(value) is not None):
            return named
        misspelt = (option for option in plain if any(nearest(key, required(option)) for key in keys))
        return next(misspelt, named)

    def _registered(self, registry: Registry, value: Any, path: Path) -> Any:
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
        if isinstance(name, Failed):
            return FAILED
        if not isinstance(name, str):
            wanted = f"the name of {_a(registry.kind)}"
            return self.problem(at, f"expected {wanted}; got {format_value(name)}. Known: {registry.listing()}")
        cls = registry.find(name)
        if cls is not None:
            return self.make(cls, values, path)
        if at == path and registry.example:
            meant = next((mapping for other in registry if (mapping := other.meant_by(name))), registry.example)
            return self.problem(at, f"expected a mapping; write {meant}")
        return self.problem(at, registry.unknown(name))

    def _untyped(self, registry: Registry, values: dict[str, Any], path: Path) -> Any:
        """What a mapping without a type means, by its keys."""
        if any(isinstance(value, Failed) for value in values.values()):
            values = {key: value for key, value in values.items() if not isinstance(value, Failed)}
            if registry.claiming(values) is None:
                return FAILED  # by what was told already
        if registry.example and "path" in values and not (isinstance(values["path"], str) and values["path"]):
            wanted = "expected the name of a file or of a folder"
            return self.problem((*path, "path"), f"{wanted}; got {format_value(values['path'])}")
        cls = registry.claiming(values, lambda cls: self._with_paths(cls, values, path))
        if cls is not None:
            return self.make(cls, values, path)
        for name in values:
            if colon(name):
                return self.problem((*path, name), colon(name).removeprefix("; "), key=True)
        known = {"type", *(key for cls in registry if cls.listed for key in field_types(cls))}
        for name in values:
            if name not in known and registry.find(name) is None and (match := nearest(name, known)):
                message = f"unknown key {truncate(name)!r} for {_a(registry.kind)}; did you mean {match!r}?"
                return self.problem((*path, name), message, key=True)
        inside = next((name for name in values if registry.find(name) is not None), None)
        if inside is None and registry.paths and "path" in values:
            message = f"expected {registry.paths}, or type: beside it; got {format_value(values['path'])}"
            return self.problem((*path, "path"), message)
        if inside is None and registry.example:
            return self.problem(path, f"expected {registry.example}; got {format_value(values)}")
        hint = f"; write {{type: {inside}, ...}} with its keys beside it" if inside else ""
        message = f"needs the key 'type', one of {registry.listing()}{hint}"
        return self.problem(path, f"this {registry.kind} {message}")

    def _registered_list(self, annotation: Any, value: Any, path: Path) -> Any:
        inner = inner_and_registry(annotation)[0]
        option = get_args(inner)[0]
        if not isinstance(value, list | tuple):
            return self.problem(path, f"expected {describe_type(inner)}; got {format_value(value)}")
        least = next((item.min_length for item in metadata(annotation) if isinstance(item, _AT_LEAST)), 0)
        if len(value) < least:
            registry = cast("Registry", inner_and_registry(option)[1])
            return self.problem(path, f"expected at least {'one' if least == 1 else least} {registry.kind}")
        built = [self.value(option, item, (*path, index)) for index, item in enumerate(value)]
        return Holes(built) if any(map(failed, built)) else tuple(built)

    def _mapping(self, annotation: Any, option: Any, value: Mapping[Any, Any], path: Path) -> Any:
        """A mapping whose entries are built one by one; a whole number as key is the text that YAML has for it."""
        if isinstance(word := value.get("type"), str) and len(value) > 1 and word in literals(annotation):
            return self.problem(path, f"expected {describe_type(annotation)}; got {word} with other keys beside it")
        known = len(self.problems)
        least = next((item.min_length for item in metadata(option) if isinstance(item, _AT_LEAST)), 0)
        if len(value) < least:
            wanted = "at least one entry" if least == 1 else f"at least {least} entries"
            self.problem(path, f"expected {wanted}; got {format_value(value)}")
        built: dict[str, Any] = {}
        for given, item in value.items():
            key = given.item() if isinstance(given, np.generic) else given
            if not isinstance(key, str | int) or isinstance(key, bool):
                self.problem(path, f"expected names as keys; got {format_value(key)}")
            elif str(key) in built:
                self.problem((*path, str(key)), f"the key {truncate(str(key))!r} stands there twice", key=True)
            else:
                built[str(key)] = self.value(get_args(inner_and_registry(option)[0])[1], item, (*path, str(key)))
        return FAILED if len(self.problems) > known or any(map(failed, built.values())) else FrozenMapping(built)

    def _plain(self, annotation: Any, value: Any, path: Path, whole: Any = None) -> Any:
        """A number, a text and the like; `whole` says what there may be instead."""
        value = value.item() if isinstance(value, np.generic) else value
        try:
            return adapter(annotation).validate_python(_as_tuples(value))
        except ValueError:
            if isinstance(value, list):  # where the annotation itself says list
                with contextlib.suppress(ValueError):
                    return adapter(annotation).validate_python(value)
            match = nearest(str(value), [str(item) for item in literals(annotation)])
            # of two that differ in a number alone, neither is a misspelling of the other
            differs = match is not None and match.rstrip("0123456789") != str(value).rstrip("0123456789")
            return self._unexpected(annotation, value, path, f"; did you mean {match!r}?" if differs else "", whole)


_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_AT_LEAST = (annotated_types.Len, annotated_types.MinLen)


def _is_name(structured: list[Any], annotation: Any, value: Any) -> bool:
    """Whether a text is the name of something registered, or near to one, and no word of its own."""
    registries = [registry for option in structured if (registry := inner_and_registry(option)[1]) is not None]
    if not isinstance(value, str) or value in literals(annotation):
        return False
    return any(registry.find(value) or nearest(value, registry.all_names()) for registry in registries)


def _without_quotes(annotation: Any, text: str) -> bool:
    """Whether a text would be right as the number or truth value that stands in it."""
    values: list[Any] = [{"true": True, "false": False}[text]] if text in ("true", "false") else []
    if _NUMBER.fullmatch(text):
        values += [int(text)] if text.lstrip("+-").isdigit() else [float(text)]
    for value in values:
        try:
            adapter(annotation).validate_python(value)
        except ValueError:
            continue
        return True
    return False


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list | tuple) else value


def check_annotations(cls: type[Checked]) -> str | None:
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


def build(registry: Registry, value: Any) -> Registered:
    """One registered object from its name, a mapping or itself.

    Raises:
        ConfigError: with every problem of it.
    """
    builder = Builder()
    built = builder.value(Annotated[Any, registry], value, (registry.kind,))
    if builder.problems:
        raise ConfigError(builder.problems)
    return cast("Registered", built)
