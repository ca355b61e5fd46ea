"""Registries: names in a config on one side, classes on the other."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar

from nncli.core.errors import ConfigError, Problem
from nncli.core.spelling import by_likeness, plainly, suggestion
from nncli.core.wording import cut, names

MOST_LISTED, FEW_LISTED = 20, 8  # how many names a message lists, and how many where there are more

ClassT = TypeVar("ClassT", bound=type[Any])


class Registry:
    """The classes of one kind by name.

    Adding a thing is adding its file: a name is looked for in the module of that name below the registry's rooms
    first, and then in all of their modules, which are imported when they are first needed.

    Args:
        kind: what one entry is called in messages, such as "layer".
        rooms: modules and packages whose import registers the built-in entries.
        example: what a mapping looks like, where it needs no type; a name alone is not enough then.
    """

    def __init__(self, kind: str, *rooms: str, example: str = "") -> None:
        self.kind = kind
        self.example = example
        self.paths = ""  # which values of `path` need no type; set by the package of the entries
        self._rooms = rooms
        self._classes: dict[str, type[Any]] = {}
        self._aliases: dict[str, str] = {}
        self._discovered = False

    def __repr__(self) -> str:
        return f"<{self.kind} registry>"

    def register(self, name: str, *aliases: str) -> Callable[[ClassT], ClassT]:
        """Class decorator: makes the class known as `name` and, read-only, as each of `aliases`.

        Raises:
            ConfigError: where another class has that name already.
        """

        def decorate(cls: ClassT) -> ClassT:
            given_class: Any = cls
            if not isinstance(given_class, type):
                message = f"the {self.kind} {name!r}: expected a class below the decorator; got {type(cls).__name__}"
                raise ConfigError([Problem((), message)])
            if not cls.__module__.startswith("nncli."):
                self.discover()  # so that what is built in keeps its name
                if self.base is not None and not issubclass(cls, self.base):
                    base = f"{self.base.__module__}.{self.base.__name__}"
                    message = f"the {self.kind} {name!r}: class {cls.__name__} has to derive from {base}"
                    raise ConfigError([Problem((), message)])
            for given in (name, *aliases):
                other = self._classes.get(self._aliases.get(given, given))
                if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                    message = f"the {self.kind} {given!r} is {_owner(other)} already"
                    raise ConfigError([Problem((cls.__qualname__,), f"{message}; choose another name")])
            cls.type_name = name
            self._classes[name] = cls
            self._aliases.update(dict.fromkeys(aliases, name))
            return cls

        return decorate

    @property
    def base(self) -> type[Any] | None:
        """The class that all entries derive from, where there are built-in ones."""
        built_in = next((cls for cls in self if cls.__module__.startswith("nncli.")), None)
        return (
            None
            if built_in is None
            else next((cls for cls in reversed(built_in.__mro__) if vars(cls).get("needs")), None)
        )

    def forget(self, module: str) -> None:
        """Drops what a module registered."""
        self._classes = {name: cls for name, cls in self._classes.items() if cls.__module__ != module}
        self._aliases = {alias: name for alias, name in self._aliases.items() if name in self._classes}

    def find(self, name: str) -> type[Any] | None:
        """The class of that name or alias, or None."""
        if name not in self._classes and name not in self._aliases and not self._find_module(name):
            self.discover()
        return self._classes.get(self._aliases.get(name, name))

    def claiming(
        self, values: Mapping[str, Any], seen_by: Callable[[type[Any]], Mapping[str, Any]] | None = None
    ) -> type[Any] | None:
        """The class that a mapping without a type means: one that a key of it names, or else the first to claim it.

        Args:
            values: the mapping.
            seen_by: the mapping as a class is to look at it; default as it is.
        """
        named = (self._classes[key] for key in values if key in self._classes or self._find_module(key))
        return next((cls for cls in chain(named, self) if cls.claims(seen_by(cls) if seen_by else values)), None)

    def names(self) -> list[str]:
        """All listed names in alphabetic order, without aliases."""
        self.discover()
        return sorted(name for name, cls in self._classes.items() if getattr(cls, "listed", True))

    def aliases(self, name: str) -> list[str]:
        """The aliases of one name."""
        self.discover()
        return sorted(alias for alias, target in self._aliases.items() if target == name)

    def by_class_name(self, name: str, module: str) -> type[Any]:
        """The registered class of that Python name, for `from module import Name`.

        Raises:
            AttributeError: where there is none.
        """
        if not name.startswith("_"):
            for cls in self:
                if cls.__name__ == name:
                    return cls
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    def unknown(self, name: str) -> str:
        """The message for a name that is not here: where a class knows it from elsewhere, what to write instead."""
        plain = plainly(name)
        for cls in chain.from_iterable(cls.__mro__ for cls in self):
            for other, advice in vars(cls).get("known_elsewhere", {}).items():
                if plainly(other) == plain:
                    return f"unknown {self.kind} {cut(name)!r}: {advice}"
        known, listing = self.names(), self.listing(name)
        meant = next((other for other in self.all_names() if plainly(other) == plain), name)
        return f"unknown {self.kind} {cut(name)!r}{suggestion(meant, known, self._aliases, listing)}"

    def listing(self, near: str = "") -> str:
        """All names for a message; of many only some, those first that look like `near`, and where to find the rest."""
        known = self.names()
        if len(known) <= MOST_LISTED:
            return names(known)
        return f"{names(by_likeness(near, known) if near else known, FEW_LISTED)} (nncli list)"

    def all_names(self) -> list[str]:
        """All listed names and every alias."""
        return [*self.names(), *self._aliases]

    def __iter__(self) -> Iterator[type[Any]]:
        self.discover()
        own = sorted(name for name, cls in self._classes.items() if cls.__module__.startswith("nncli."))
        return iter([self._classes[name] for name in dict.fromkeys([*own, *self._classes])])  # whatever came first

    def _find_module(self, name: str) -> bool:
        """Whether the name is registered by a room that is a module, or by the module of that name in a room."""
        for room in self._rooms if name.isidentifier() else ():
            package = getattr(importlib.import_module(room), "__path__", None)
            if package is not None and importlib.util.find_spec(f"{room}.{name}") is not None:
                importlib.import_module(f"{room}.{name}")
            if name in self._classes:
                return True
        return False

    def discover(self) -> None:
        """Imports everything that is built in."""
        if self._discovered:
            return
        self._discovered = True
        for room in self._rooms:
            module = importlib.import_module(room)
            for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
                importlib.import_module(f"{room}.{found.name}")


def _owner(cls: type[Any]) -> str:
    """A class with its module, or with its file where that is a plugin's."""
    if cls.__module__.startswith("nncli_plugin_"):
        return f"{cls.__qualname__} of {getattr(sys.modules.get(cls.__module__), '__file__', 'another plugin')}"
    return f"{cls.__module__}.{cls.__qualname__}"


LAYERS = Registry("layer", "nncli.nn.activations", "nncli.nn.layers", "nncli.nn.sequential")
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
