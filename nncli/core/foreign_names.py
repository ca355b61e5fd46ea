"""What to write instead of keys and names that other libraries use.

Each package has its tables in its module `foreign_names`, which is imported when a message needs it:

    FOREIGN_KEYS     class name -> {key: advice}, such as {"Dense": {"out_features": "it is units here"}}
    FOREIGN_NAMES    kind of registered class -> {name: advice}, such as {"layer": {"Input": "leave it out"}}

A class inherits the keys of its bases. A class from a plugin has no such table; its class attributes `stray_keys` and
`known_elsewhere` have the same purpose.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import TypeAlias

Advice: TypeAlias = Mapping[str, str]  # what to write instead, by the foreign name


def foreign_keys(cls: type) -> Advice:
    """Return what to write instead of each foreign key of a class; a subclass overrides its bases."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found |= _table(base.__module__, "FOREIGN_KEYS").get(base.__name__, {})
        found |= vars(base).get("stray_keys", {})
    return found


def foreign_names(kind: str, packages: Iterable[str], classes: Iterable[type]) -> Advice:
    """Return what to write instead of each foreign name of a kind of registered classes.

    Args:
        kind: kind of the registered classes, such as "layer".
        packages: packages that define the built-in classes of this kind.
        classes: all registered classes of this kind; classes from plugins may have `known_elsewhere`.
    """
    found: dict[str, str] = {}
    for package in packages:
        found |= _table(package, "FOREIGN_NAMES").get(kind, {})
    for base in chain.from_iterable(cls.__mro__ for cls in classes):
        for name, advice in vars(base).get("known_elsewhere", {}).items():
            found.setdefault(name, advice)
    return found


@cache
def _table(module: str, table: str) -> Mapping[str, Advice]:
    """Return a table of the package that a module belongs to; empty for packages that have none."""
    name = f"{'.'.join(module.split('.')[:2])}.foreign_names"
    if not module.startswith("nncli.") or importlib.util.find_spec(name) is None:
        return {}
    found: Mapping[str, Advice] = getattr(importlib.import_module(name), table, {})
    return found
