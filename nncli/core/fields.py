"""Checked fields: a dataclass's annotations are its schema, from YAML and from Python alike."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from nncli.core.describe import describe, show
from nncli.core.errors import ConfigError, Path, Problem
from nncli.core.registry import Registry
from nncli.core.spelling import nearest, suggestion

SelfT = TypeVar("SelfT", bound="Checked")


class _Failed:
    """Stands for a value that could not be built; the problem is in the list."""

    def __repr__(self) -> str:
        return "FAILED"


FAILED = _Failed()
ALSO_WHOLE_NUMBERS = "also whole numbers"  # marks a text that `prepare` makes of a whole number too


@dataclasses.dataclass(frozen=True)
class Checked:
    """A frozen dataclass whose fields are checked when it is made.

    Values come as YAML gives them: a list where the annotation says tuple, a name or a mapping where it says a
    registered class. They are stored in the annotation's own form.

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
            builder.problems = [Problem((self.label(), name), message) for name, message in self.conflicts()]
        if builder.problems:
            raise ConfigError(builder.problems)

    @classmethod
    def label(cls) -> str:
        """What messages call this class."""
        return cls.__name__.lower()

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
    needs: ClassVar[tuple[str, ...]] = ()  # the methods that a subclass has to bring
    listed: ClassVar[bool] = True  # among the known names in messages and listings

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


@cache
def _adapter(annotation: Any) -> Any:
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False))


def _split(annotation: Any) -> tuple[Any, Registry | None]:
    """An annotation without its metadata, and the registry among the metadata."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return inner, next((item for item in metadata if isinstance(item, Registry)), None)
    return annotation, None


def _options(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _is_checked(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Checked)


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
        if value is FAILED:  # its problem was told where it was read
            return FAILED
        options = _options(annotation)
        if value is None and type(None) in options:
            return None
        options = tuple(option for option in options if option is not type(None))
        structured = [option for option in options if _is_checked(option) or _split(option)[1] is not None]
        named = any(_split(option)[1] is not None for option in structured)
        if structured and (
            len(structured) == len(options) or isinstance(value, dict | Checked) or (named and isinstance(value, str))
        ):
            return self._structure(structured, value, path)
        if len(options) == 1 and get_origin(options[0]) is tuple and _split(get_args(options[0])[0])[1] is not None:
            return self._registered_list(get_args(options[0])[0], value, path)
        return self._plain(annotation, value, path)

    def fields(self, cls: type[Checked], values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Every field that `values` gives, built or FAILED; unknown and missing keys are noted."""
        values = self._with_paths(cls, cls.prepare({str(key): value for key, value in values.items()}), path)
        known = field_types(cls)
        built: dict[str, Any] = {}
        meant = set()
        for name, value in values.items():
            if name in known:
                built[name] = self.value(known[name], value, (*path, name))
            else:
                meant.add(nearest(name, known))
                hint = suggestion(name, known)
                built[name] = self.problem((*path, name), f"unknown key {name!r} for {cls.label()}{hint}", key=True)
        for name in required(cls):
            if name not in values:
                built[name] = FAILED
                if name not in meant:
                    expected = describe(known[name])
                    self.problem(path, f"{cls.label()} needs the key {name!r}: {expected}")
        return built

    def make(self, cls: type[SelfT], values: Mapping[str, Any], path: Path) -> SelfT | _Failed:
        """The object that a mapping describes, or FAILED."""
        built = self.fields(cls, values, path)
        if any(value is FAILED or isinstance(value, Holes) for value in built.values()):
            return FAILED
        try:
            return cls(**built)
        except ConfigError as error:
            for problem in error.problems:
                self.problem((*path, *problem.path[1:]), problem.message)
            return FAILED

    def _with_paths(self, cls: type[Checked], values: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
        """The same mapping with the file names in it made absolute."""
        if self._resolve is None:
            return values
        names = [name for name in cls.path_fields(values) if isinstance(values.get(name), str)]
        return {**values, **{name: self._resolve((*path, name), values[name]) for name in names}}

    def _structure(self, options: list[Any], value: Any, path: Path) -> Any:
        if isinstance(value, Checked):
            return self._object(options, value, path)
        plain = [option for option in options if _is_checked(option)]
        if len(options) > 1 and plain and not isinstance(value, str | Mapping):
            key = next(required(plain[0]), "type")
            return self.problem(path, f"expected a mapping, such as {{{key}: {show(value)}}}; got {show(value)}")
        if len(options) > 1:  # a mapping that one of the plain classes has a key for, or else a registered one
            return self._structure([self._meant(options, value)], value, path)
        (option,) = options
        registry = _split(option)[1]
        if registry is not None:
            return self._registered(registry, value, path)
        if not isinstance(value, Mapping):
            keys_known = ", ".join(field_types(option))
            return self.problem(path, f"expected a mapping with the keys {keys_known}; got {show(value)}")
        return self.make(option, value, path)

    def _object(self, options: list[Any], value: Checked, path: Path) -> Any:
        """An object as it is, where it is of one of the kinds."""
        for option in options:
            registry = _split(option)[1]
            if registry is None and type(value) is option:
                return value
            if registry is not None and registry.find(getattr(value, "type_name", "")) is type(value):
                return value
        wanted = " or ".join(describe(option) for option in options)
        return self.problem(path, f"expected {wanted}; got {show(value)}")

    def _meant(self, options: list[Any], value: Any) -> Any:
        """Of several structures, the plain one that the value has a required key of, or else the registered one."""
        keys = [str(key) for key in value] if isinstance(value, Mapping) else []
        plain = [option for option in options if _is_checked(option)]
        exact = next((option for option in plain if set(required(option)) & set(keys)), None)
        if exact is not None:
            return exact
        named = next(option for option in options if not _is_checked(option))
        registry = _split(named)[1]
        if "type" in keys or registry is None or (keys and registry.claiming(value) is not None):
            return named
        misspelt = (option for option in plain if any(nearest(key, required(option)) for key in keys))
        return next(misspelt, named)

    def _registered(self, registry: Registry, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            name, values, at = value, {}, path
        elif isinstance(value, Mapping):
            values = {str(key): item for key, item in value.items()}
            if "type" not in values:
                return self._untyped(registry, values, path)
            name, at = values.pop("type"), (*path, "type")
        else:
            wanted = f"a name, or a mapping {{type: ..., ...}}, of a known {registry.kind}"
            return self.problem(path, f"expected {wanted}; got {show(value)}. Known: {', '.join(registry.names())}")
        cls = registry.find(name) if isinstance(name, str) else None
        if cls is None:
            meant = (other.meant_by(str(name)) for other in registry if at == path)
            hint = next((mapping for mapping in meant if mapping), None)
            return self.problem(at, f"expected a mapping; write {hint}" if hint else registry.unknown(str(name)))
        return self.make(cls, values, path)

    def _untyped(self, registry: Registry, values: dict[str, Any], path: Path) -> Any:
        cls = registry.claiming(values, lambda cls: self._with_paths(cls, values, path))
        if cls is not None:
            return self.make(cls, values, path)
        inside = next((name for name in values if registry.find(name) is not None), None)
        hint = f"; write {{type: {inside}, ...}} with its keys beside it" if inside else ""
        hint = hint or (f"; {registry.hint}" if registry.hint else "")
        message = f"needs the key 'type', one of {', '.join(registry.names())}{hint}"
        return self.problem(path, f"this {registry.kind} {message}")

    def _registered_list(self, option: Any, value: Any, path: Path) -> Any:
        if not isinstance(value, list | tuple):
            return self.problem(path, f"expected {describe(tuple[option, ...])}; got {show(value)}")
        built = [self.value(option, item, (*path, index)) for index, item in enumerate(value)]
        return Holes(built) if any(item is FAILED for item in built) else tuple(built)

    def _plain(self, annotation: Any, value: Any, path: Path) -> Any:
        value = value.item() if isinstance(value, np.generic) else value
        try:
            return _adapter(annotation).validate_python(_as_tuples(value))
        except ValueError:
            wanted = describe(annotation)
            literals = [str(item) for item in _literals(annotation)]
            hint = f"; did you mean {match!r}?" if (match := nearest(str(value), literals)) else ""
            return self.problem(path, f"expected {wanted}; got {show(value)}{hint}")


class Holes(list[Any]):
    """A list of registered objects in which some are FAILED: enough to check the others."""


def _literals(annotation: Any) -> Iterator[Any]:
    for option in _options(_split(annotation)[0]):
        if get_origin(option) is Literal:
            yield from get_args(option)


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list | tuple) else value


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


def registered_in(value: Any) -> Iterator[Registered]:
    """Every registered object in a value, however deep."""
    if isinstance(value, Registered):
        yield value
    if isinstance(value, Checked):
        for field in dataclasses.fields(value):
            yield from registered_in(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from registered_in(item)


def check_annotations(cls: type[Checked]) -> str | None:
    """What is wrong with the annotations of a class's fields, or None."""
    try:
        types = field_types(cls)
    except Exception as error:  # annotations are a user's code
        return f"its annotations cannot be read ({type(error).__name__}: {error})"
    for name, annotation in types.items():
        try:
            Builder().value(annotation, object(), ())
        except Exception:
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
