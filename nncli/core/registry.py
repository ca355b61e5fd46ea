"""Registries: find a class by the name that a config gives it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar

from nncli.core.errors import ConfigError, Problem
from nncli.core.foreign_names import foreign_names
from nncli.core.spelling import normalize_name, sort_by_similarity, suggestion
from nncli.core.text_format import join_names, truncate

MAX_LISTED, MAX_SHORTENED = 20, 8  # a message lists up to MAX_LISTED names; if there are more, only MAX_SHORTENED

ClassT = TypeVar("ClassT", bound=type[Any])


class Registry:
    """The registered classes of one kind, by name.

    To add a class, add its file: a name is first looked up in the module of this name in the registry's packages, then
    in all modules of these packages. Modules are imported when they are first needed.

    Args:
        kind: name of the kind in the singular, for messages, such as "layer".
        packages: packages whose modules register the built-in classes.
        example: an example of a mapping, for kinds whose mappings need no `type` and whose names alone are not enough.
    """

    def __init__(self, kind: str, *packages: str, example: str = "") -> None:
        self.kind = kind
        self.packages = packages
        self.example = example
        self.paths = ""  # for messages: the values of `path` that need no `type`; nncli.data.source sets it
        self._classes: dict[str, type[Any]] = {}
        self._aliases: dict[str, str] = {}
        self._discovered = False

    def __repr__(self) -> str:
        return f"<{self.kind} registry>"

    @property
    def with_article(self) -> str:
        """The kind with its article, such as "a layer"."""
        return f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind}"

    def register(self, name: str, *aliases: str) -> Callable[[ClassT], ClassT]:
        """Return a class decorator that registers the class as `name`; lookups also accept the `aliases`.

        Raises:
            ConfigError: if another class has that name already.
        """

        def decorate(cls: ClassT) -> ClassT:
            given_class: Any = cls
            if not isinstance(given_class, type):
                message = f"the {self.kind} {name!r}: expected a class below the decorator; got {type(cls).__name__}"
                raise ConfigError([Problem((), message)])
            if not cls.__module__.startswith("nncli."):
                self.discover()  # so that built-in classes keep their names
                if self.base is not None and not issubclass(cls, self.base):
                    base = f"{self.base.__module__}.{self.base.__name__}"
                    message = f"the {self.kind} {name!r}: class {cls.__name__} has to derive from {base}"
                    raise ConfigError([Problem((), message)])
            for given in (name, *aliases):
                other = self._classes.get(self._aliases.get(given, given))
                if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                    message = f"the {self.kind} {given!r} already exists: {_owner(other)}"
                    raise ConfigError([Problem((cls.__qualname__,), f"{message}; choose another name")])
            cls.type_name = name
            self._classes[name] = cls
            self._aliases.update(dict.fromkeys(aliases, name))
            return cls

        return decorate

    @property
    def base(self) -> type[Any] | None:
        """The base class of all entries; None if the registry has no built-in classes."""
        built_in = next((cls for cls in self if cls.__module__.startswith("nncli.")), None)
        return (
            None
            if built_in is None
            else next((cls for cls in reversed(built_in.__mro__) if vars(cls).get("needs")), None)
        )

    def forget(self, module: str) -> None:
        """Remove all classes that a module registered."""
        self._classes = {name: cls for name, cls in self._classes.items() if cls.__module__ != module}
        self._aliases = {alias: name for alias, name in self._aliases.items() if name in self._classes}

    def find(self, name: str) -> type[Any] | None:
        """Return the class with this name or alias, or None."""
        if name not in self._classes and name not in self._aliases and not self._find_module(name):
            self.discover()
        return self._classes.get(self._aliases.get(name, name))

    def find_by_keys(
        self, values: Mapping[str, Any], mapping_for: Callable[[type[Any]], Mapping[str, Any]] | None = None
    ) -> type[Any] | None:
        """Return the class that claims a mapping without `type`; classes whose name is one of its keys are asked first.

        Args:
            values: the mapping.
            mapping_for: function that returns the mapping to pass to a class's `claims`; default the mapping itself.
        """
        named = (self._classes[key] for key in values if key in self._classes or self._find_module(key))
        return next(
            (cls for cls in chain(named, self) if cls.claims(mapping_for(cls) if mapping_for else values)), None
        )

    def names(self) -> list[str]:
        """Return all listed names in alphabetical order, without aliases."""
        self.discover()
        return sorted(name for name, cls in self._classes.items() if getattr(cls, "listed", True))

    def aliases(self, name: str) -> list[str]:
        """Return the aliases of one name."""
        self.discover()
        return sorted(alias for alias, target in self._aliases.items() if target == name)

    def by_class_name(self, name: str, module: str) -> type[Any]:
        """Return the registered class with this Python name, for `from module import Name`.

        Raises:
            AttributeError: if there is none.
        """
        if not name.startswith("_"):
            for cls in self:
                if cls.__name__ == name:
                    return cls
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    def unknown(self, name: str) -> str:
        """Return the message for an unknown name: what to write instead of another library's name, or suggestions."""
        plain = normalize_name(name)
        for other, advice in foreign_names(self.kind, self.packages, self).items():
            if normalize_name(other) == plain:
                return f"unknown {self.kind} {truncate(name)!r}: {advice}"
        known, listing = self.names(), self.listing(name)
        meant = next((other for other in self.all_names() if normalize_name(other) == plain), name)
        return f"unknown {self.kind} {truncate(name)!r}{suggestion(meant, known, self._aliases, listing)}"

    def listing(self, near: str = "") -> str:
        """Return all names for a message; if there are many, only those similar to `near`."""
        known = self.names()
        if len(known) <= MAX_LISTED:
            return join_names(known)
        return f"{join_names(sort_by_similarity(near, known) if near else known, MAX_SHORTENED)} (nncli list)"

    def all_names(self) -> list[str]:
        """Return all listed names and every alias."""
        return [*self.names(), *self._aliases]

    def __iter__(self) -> Iterator[type[Any]]:
        self.discover()
        built_in = sorted(name for name, cls in self._classes.items() if cls.__module__.startswith("nncli."))
        names = dict.fromkeys([*built_in, *self._classes])  # plugins' classes last
        return iter([self._classes[name] for name in names])

    def _find_module(self, name: str) -> bool:
        """Import the module with this name from the packages; return whether the name is registered."""
        for package in self.packages if name.isidentifier() else ():
            path = getattr(importlib.import_module(package), "__path__", None)
            if path is not None and importlib.util.find_spec(f"{package}.{name}") is not None:
                importlib.import_module(f"{package}.{name}")
            if name in self._classes:
                return True
        return False

    def discover(self) -> None:
        """Import all modules of the packages."""
        if self._discovered:
            return
        self._discovered = True
        for package in self.packages:
            module = importlib.import_module(package)
            for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
                importlib.import_module(f"{package}.{found.name}")


def _owner(cls: type[Any]) -> str:
    """Return the name of a class with its module, or with its file if a plugin defines it."""
    if cls.__module__.startswith("nncli_plugin_"):
        return f"{cls.__qualname__} of {getattr(sys.modules.get(cls.__module__), '__file__', 'another plugin')}"
    return f"{cls.__module__}.{cls.__qualname__}"


LAYERS = Registry("layer", "nncli.nn.activations", "nncli.nn.layers")
INITIALIZERS = Registry("initializer", "nncli.nn.initializers")
LOSSES = Registry("loss", "nncli.nn.losses")
METRICS = Registry("metric", "nncli.nn.metrics")
OPTIMIZERS = Registry("optimizer", "nncli.optim")
SCHEDULES = Registry("schedule", "nncli.optim.schedules")
SCALERS = Registry("scaler", "nncli.data.scalers")
SOURCES = Registry(
    "source",
    "nncli.data.sources",
    example="a mapping, such as {dataset: digits} or {path: FILE}",
)
REGISTRIES = (LAYERS, INITIALIZERS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES, SCALERS, SOURCES)
