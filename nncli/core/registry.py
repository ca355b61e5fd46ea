"""Registries: names in a config on one side, classes on the other."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from nncli.core.errors import ConfigError, Problem
from nncli.core.spelling import suggestion

ClassT = TypeVar("ClassT", bound=type[Any])


class Registry:
    """The classes of one kind by name.

    Every module under the registry's own rooms is imported when a name is first asked for, so adding a thing is
    adding its file.

    Args:
        kind: what one entry is called in messages, such as "layer".
        rooms: modules and packages whose import registers the built-in entries.
        hint: how a mapping without a type says which entry it means, where it can.
    """

    def __init__(self, kind: str, *rooms: str, hint: str = "") -> None:
        self.kind = kind
        self.hint = hint
        self._rooms = rooms
        self._classes: dict[str, type[Any]] = {}
        self._aliases: dict[str, str] = {}
        self._discovered = False

    def register(self, name: str, *aliases: str) -> Callable[[ClassT], ClassT]:
        """Class decorator: makes the class known as `name` and, read-only, as each of `aliases`.

        Raises:
            ConfigError: where another class has that name already.
        """

        def decorate(cls: ClassT) -> ClassT:
            for given in (name, *aliases):
                other = self._classes.get(self._aliases.get(given, given))
                if other is not None and other.__qualname__ != cls.__qualname__:
                    message = f"the {self.kind} {given!r} is {other.__module__}.{other.__qualname__} already"
                    raise ConfigError([Problem((cls.__qualname__,), f"{message}; choose another name")])
            cls.type_name = name
            self._classes[name] = cls
            self._aliases.update(dict.fromkeys(aliases, name))
            return cls

        return decorate

    def find(self, name: str) -> type[Any] | None:
        """The class of that name or alias, or None."""
        self._discover()
        return self._classes.get(self._aliases.get(name, name))

    def names(self) -> list[str]:
        """All listed names in alphabetic order, without aliases."""
        self._discover()
        return sorted(name for name, cls in self._classes.items() if getattr(cls, "listed", True))

    def aliases(self, name: str) -> list[str]:
        """The aliases of one name."""
        self._discover()
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
        """The message for a name that is not here."""
        return f"unknown {self.kind} {name!r}{suggestion(name, self.names(), self._aliases)}"

    def __iter__(self) -> Iterator[type[Any]]:
        self._discover()
        return iter(list(self._classes.values()))

    def _discover(self) -> None:
        if self._discovered:
            return
        self._discovered = True
        for room in self._rooms:
            module = importlib.import_module(room)
            for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
                importlib.import_module(f"{room}.{found.name}")


LAYERS = Registry("layer", "nncli.nn.activations", "nncli.nn.layers", "nncli.nn.sequential")
INITIALIZERS = Registry("initializer", "nncli.nn.initializers")
LOSSES = Registry("loss", "nncli.nn.losses")
METRICS = Registry("metric", "nncli.nn.metrics")
OPTIMIZERS = Registry("optimizer", "nncli.optim")
SCALERS = Registry("scaler", "nncli.data.scalers")
SOURCES = Registry(
    "source",
    "nncli.data.sources",
    hint="by itself it is known for a path that ends in .csv, .tsv (.gz too), .npz or .npy, and for a folder",
)
