"""A user's own layers, losses, optimizers, metrics and sources: loaded only where the user names their file."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.abc import ExecutionLoader
from types import ModuleType, TracebackType
from typing import Any

from nncli.core.builder import check_annotations
from nncli.core.checked import Checked, Registered, registered_in
from nncli.core.errors import UserError
from nncli.core.fields import is_foreign
from nncli.core.registry import REGISTRIES, Registry
from nncli.core.spelling import nearest_file


@dataclass(frozen=True)
class Plugin:
    """A file of code that registers something.

    Args:
        name: its file name.
        path: as the user gave it; empty where it was imported and not named by --plugin.
        sha256: of its content as it was loaded; empty where that is not known.
    """

    name: str
    path: str = ""
    sha256: str = ""


_loaded: dict[str, Plugin] = {}  # by the name of the module


class _TextLoader(ExecutionLoader):
    """Runs a text that was read before, so that what is hashed is what runs, and leaves no files behind."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def get_source(self, fullname: str) -> str:
        return self._text

    def get_filename(self, fullname: str) -> str:
        return self._path


def load_plugins(paths: Iterable[str]) -> None:
    """Runs the files and checks what they register.

    Raises:
        UserError: where a file cannot be read or run, or registers nothing that can be used.
    """
    for path in paths:
        _load(path)


def _load(path: str) -> None:
    try:
        with open(path, "rb") as file:
            content = file.read()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"no such plugin: {path}{nearest_file(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); expected a Python file") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text; expected a Python file") from None
    digest = sha256(content).hexdigest()
    module_name = f"nncli_plugin_{sha256(os.path.abspath(path).encode()).hexdigest()[:16]}"
    known = _loaded.get(module_name)
    if known is not None and known.sha256 == digest:
        return
    _loaded.pop(module_name, None)
    for registry in REGISTRIES:
        registry.discover()
        registry.forget(module_name)  # what it registered before it was changed
    before = {registry.kind: set(registry) for registry in REGISTRIES}
    spec = importlib.util.spec_from_loader(module_name, _TextLoader(path, text))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
        found = [(registry, cls) for registry in REGISTRIES for cls in registry if cls not in before[registry.kind]]
        if not found:
            raise UserError(f"{path}: registers nothing; put @nncli.layer(NAME), or the like, above a class")
        for registry, cls in found:
            _check(registry, cls, path)
    except UserError as error:
        _forget(module)
        place = _place(error.__traceback__, path) or path
        raise UserError(str(error) if str(error).startswith(path) else f"{place}: {error}") from None
    except SyntaxError as error:
        _forget(module)
        raise UserError(f"{path}:{error.lineno or 1}: {error.msg}; expected a Python file") from error
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        _forget(module)
        hint = "; write @dataclass(frozen=True)" if "non-frozen dataclass" in str(error) else ""
        place = _place(error.__traceback__, path) or path
        raise UserError(f"{place}: {type(error).__name__}: {error}{hint}") from error
    _loaded[module_name] = Plugin(os.path.basename(path), path, digest)


def _forget(module: ModuleType) -> None:
    sys.modules.pop(module.__name__, None)
    for registry in REGISTRIES:
        registry.forget(module.__name__)


def _check(registry: Registry, cls: type[Registered], path: str) -> None:
    """Checks one class that a plugin registers."""
    what = f"{path}: the {registry.kind} {cls.type_name!r}"
    if inspect.get_annotations(cls) and "__dataclass_fields__" not in vars(cls):
        raise UserError(f"{what}: put @dataclass(frozen=True) above class {cls.__name__}, below @nncli.{registry.kind}")
    for base in cls.__mro__[1:]:
        for name in vars(base).get("needs", ()):
            if getattr(cls, name) is getattr(base, name):
                raise UserError(f"{what}: class {cls.__name__} has no {name}")
    fault = check_annotations(cls)
    if fault:
        raise UserError(f"{what}: {fault}")


def _place(traceback: TracebackType | None, path: str) -> str | None:
    """The innermost line of a file that a traceback goes through."""
    place = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            place = f"{path}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def fault_of(error: BaseException) -> str | None:
    """An error that a plugin's code raised, with its place; None where no plugin's code was running."""
    for plugin in _loaded.values():
        place = _place(error.__traceback__, plugin.path)
        if place is not None:
            return f"{place}: {type(error).__name__}: {error}; --debug shows how it came there"
    return None


def plugins_of(spec: Checked) -> list[dict[str, Any]]:
    """The code beside nncli's own that a spec needs, as plain values: name, sha256, and what it registers."""
    found: dict[Plugin, set[str]] = {}
    for thing in registered_in(spec):
        if is_foreign(type(thing)):
            found.setdefault(_plugin(type(thing).__module__), set()).add(f"{_kind(type(thing))} {thing.type_name}")
    return [
        {"name": plugin.name, "path": plugin.path, "sha256": plugin.sha256, "registers": sorted(things)}
        for plugin, things in found.items()
    ]


def _plugin(module: str) -> Plugin:
    return _loaded.get(module) or _imported(module)


@cache
def _imported(module: str) -> Plugin:
    """A module that was imported from Python; its file is read once, soon after."""
    file = getattr(sys.modules.get(module), "__file__", None)
    try:
        with open(file or "", "rb") as content:
            return Plugin(os.path.basename(content.name), "", sha256(content.read()).hexdigest())
    except OSError:
        return Plugin(module)


def _kind(cls: type[Registered]) -> str:
    bases = {registry.kind: registry.base for registry in REGISTRIES}
    return next(kind for kind, base in bases.items() if base is not None and issubclass(cls, base))


def missing_plugins(plugins: Any) -> str | None:
    """What to tell where something that these plugins register is not there now; None where all is.

    Args:
        plugins: as `plugins_of` gives them, from a file.
    """
    for plugin in _entries(plugins):
        for kind, name in _things(plugin):
            if _registry(kind).find(name) is None:
                path = plugin.get("path") or plugin["name"]
                return f"uses the {kind} {name!r} of the plugin {plugin['name']}; give it with --plugin {path}"
    return None


def changed_plugins(before: Any, spec: Checked) -> list[str]:
    """The names of the plugins whose code is no longer the same.

    Args:
        before: as `plugins_of` gave them, from a file.
        spec: what is run now.
    """
    now = {thing: plugin["sha256"] for plugin in plugins_of(spec) for thing in plugin["registers"]}
    return [
        plugin["name"]
        for plugin in _entries(before)
        if any(now.get(f"{kind} {name}") != plugin.get("sha256") for kind, name in _things(plugin))
    ]


def plugin_options(spec: Checked) -> str:
    """What a command has to be given so that it knows the plugins of a spec, such as " --plugin mine.py"."""
    import shlex

    paths: Sequence[str] = [plugin["path"] for plugin in plugins_of(spec) if plugin["path"]]
    return "".join(f" --plugin {shlex.quote(path)}" for path in paths)


def _entries(plugins: Any) -> Iterator[dict[str, Any]]:
    """The entries that are as they should be; a file may hold anything."""
    for plugin in plugins if isinstance(plugins, list) else ():
        if isinstance(plugin, dict) and isinstance(plugin.get("name"), str):
            yield plugin


def _things(plugin: dict[str, Any]) -> Iterator[tuple[str, str]]:
    registers = plugin.get("registers")
    for thing in registers if isinstance(registers, list) else ():
        kind, _, name = str(thing).partition(" ")
        if any(registry.kind == kind for registry in REGISTRIES):
            yield kind, name


def _registry(kind: str) -> Registry:
    return next(registry for registry in REGISTRIES if registry.kind == kind)
