"""Record the plugins that a spec uses, and compare them with those recorded in a checkpoint or environment.json."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from nncli.core.checked import Checked, Registered, registered_in
from nncli.core.fields import is_user_defined
from nncli.core.registry import REGISTRIES, Registry
from nncli.lifecycle.plugin_files import Plugin, plugin_of


def used_plugins(spec: Checked) -> list[dict[str, Any]]:
    """Return the plugins that a spec uses, as plain values: name, path, sha256, and the classes that they register."""
    found: dict[Plugin, set[str]] = {}
    for thing in registered_in(spec):
        if is_user_defined(type(thing)):
            found.setdefault(plugin_of(type(thing).__module__), set()).add(f"{_kind(type(thing))} {thing.type_name}")
    return [
        {"name": plugin.name, "path": plugin.path, "sha256": plugin.sha256, "registers": sorted(things)}
        for plugin, things in found.items()
    ]


def plugin_options(spec: Checked) -> str:
    """Return the options with which a command loads the plugins of a spec, such as " --plugin mine.py"."""
    return "".join(f" --plugin {shlex.quote(plugin['path'])}" for plugin in used_plugins(spec) if plugin["path"])


def missing_plugins(recorded: Any) -> str | None:
    """Describe the first recorded class that is not registered now; None if all are registered.

    Args:
        recorded: plugins that `used_plugins` returned, read from a file.
    """
    for plugin in _entries(recorded):
        for kind, name in _classes(plugin):
            if _registry(kind).find(name) is None:
                path = plugin.get("path") or plugin["name"]
                return f"uses the {kind} {name!r} of the plugin {plugin['name']}; load it with --plugin {path}"
    return None


def changed_plugins(recorded: Any, spec: Checked) -> list[str]:
    """Return the names of the recorded plugins whose code has changed.

    Args:
        recorded: plugins that `used_plugins` returned, read from a file.
        spec: the spec of the current run.
    """
    now = {thing: plugin["sha256"] for plugin in used_plugins(spec) for thing in plugin["registers"]}
    return [
        plugin["name"]
        for plugin in _entries(recorded)
        if any(now.get(f"{kind} {name}") != plugin.get("sha256") for kind, name in _classes(plugin))
    ]


def _kind(cls: type[Registered]) -> str:
    bases = {registry.kind: registry.base for registry in REGISTRIES}
    return next(kind for kind, base in bases.items() if base is not None and issubclass(cls, base))


def _entries(recorded: Any) -> Iterator[dict[str, Any]]:
    """Yield the valid entries; others are ignored, because the file may be damaged."""
    for plugin in recorded if isinstance(recorded, list) else ():
        if isinstance(plugin, dict) and isinstance(plugin.get("name"), str):
            yield plugin


def _classes(plugin: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of every class that a recorded plugin registers."""
    registers = plugin.get("registers")
    for thing in registers if isinstance(registers, list) else ():
        kind, _, name = str(thing).partition(" ")
        if any(registry.kind == kind for registry in REGISTRIES):
            yield kind, name


def _registry(kind: str) -> Registry:
    return next(registry for registry in REGISTRIES if registry.kind == kind)
