"""Load a user's own layers, losses, optimizers, metrics and sources, only from files that the user names."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.abc import ExecutionLoader
from types import TracebackType

from nncli.core.builder import check_annotations
from nncli.core.checked import Registered
from nncli.core.errors import UserError
from nncli.core.registry import REGISTRIES, Registry
from nncli.core.spelling import nearest_file


@dataclass(frozen=True)
class Plugin:
    """A file of code that registers classes.

    Args:
        name: name of the file.
        path: path that the user gave to --plugin; empty if the file was imported from Python.
        sha256: SHA-256 of the file when it was loaded; empty if unknown.
    """

    name: str
    path: str = ""
    sha256: str = ""


_loaded: dict[str, Plugin] = {}  # module name -> plugin


class _TextLoader(ExecutionLoader):
    """Load a module from text that is in memory, so that the code that runs is the code that was hashed."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def get_source(self, fullname: str) -> str:
        return self._text

    def get_filename(self, fullname: str) -> str:
        return self._path


def load_plugins(paths: Iterable[str]) -> None:
    """Run the files and check the classes that they register.

    Raises:
        UserError: if a file cannot be read or run, registers nothing, or registers a class that cannot be used.
    """
    for path in paths:
        _load(path)


def plugin_of(module: str) -> Plugin:
    """Return the plugin that a module belongs to."""
    return _loaded.get(module) or _imported(module)


def plugin_fault(error: BaseException) -> str | None:
    """Describe an error that was raised in a plugin's code, with its place; None if no plugin's code was running."""
    for plugin in _loaded.values():
        place = _place(error.__traceback__, plugin.path)
        if place is not None:
            return f"{place}: {type(error).__name__}: {error}; --debug shows the traceback"
    return None


def _load(path: str) -> None:
    content = _read(path)
    digest = sha256(content).hexdigest()
    module_name = f"nncli_plugin_{sha256(os.path.abspath(path).encode()).hexdigest()[:16]}"
    known = _loaded.get(module_name)
    if known is not None and known.sha256 == digest:
        return
    _loaded.pop(module_name, None)
    for registry in REGISTRIES:
        registry.discover()
        registry.forget(module_name)  # removes the classes of an earlier version of the file
    before = {registry.kind: set(registry) for registry in REGISTRIES}
    try:
        with _located(path):
            _run(module_name, path, content.decode("utf-8-sig"))
            found = [(registry, cls) for registry in REGISTRIES for cls in registry if cls not in before[registry.kind]]
            faults = [_fault(registry, cls) for registry, cls in found]
        if not found:
            raise UserError(f"{path}: registers nothing; put a decorator such as @nncli.layer(NAME) above a class")
        if fault := next(filter(None, faults), ""):
            raise UserError(f"{path}: {fault}")
    except UserError:
        sys.modules.pop(module_name, None)
        for registry in REGISTRIES:
            registry.forget(module_name)
        raise
    _loaded[module_name] = Plugin(os.path.basename(path), path, digest)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read()
        content.decode("utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"no such plugin: {path}{nearest_file(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); expected a Python file") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text; expected a Python file") from None
    return content


@contextlib.contextmanager
def _located(path: str) -> Iterator[None]:
    """Convert any exception in a plugin's code to a UserError with the place in the plugin's file."""
    try:
        yield
    except UserError as error:  # raised by a decorator that registers a class
        raise UserError(f"{_place(error.__traceback__, path) or path}: {error}") from None
    except SyntaxError as error:
        raise UserError(f"{path}:{error.lineno or 1}: {error.msg}; expected a Python file") from error
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        hint = "; write @dataclass(frozen=True)" if _lacks_frozen(path, error) else ""
        place = _place(error.__traceback__, path) or path
        raise UserError(f"{place}: {type(error).__name__}: {error}{hint}") from error


def _lacks_frozen(path: str, error: BaseException) -> bool:
    """Return whether `dataclasses` raised the error, and the file at `path` has a dataclass that is not frozen."""
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    if not isinstance(error, TypeError) or innermost.filename != dataclasses.__file__:
        return False
    classes = [node for node in ast.walk(ast.parse(_read(path))) if isinstance(node, ast.ClassDef)]
    decorators = [ast.unparse(decorator) for node in classes for decorator in node.decorator_list]
    return any("dataclass" in text and "frozen=True" not in text for text in decorators)


def _run(module_name: str, path: str, text: str) -> None:
    """Import a text as a module."""
    spec = importlib.util.spec_from_loader(module_name, _TextLoader(path, text))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)


def _fault(registry: Registry, cls: type[Registered]) -> str:
    """Return why a class that a plugin registers cannot be used; "" if it can be used."""
    what = f"the {registry.kind} {cls.type_name!r}"
    if inspect.get_annotations(cls) and "__dataclass_fields__" not in vars(cls):
        return f"{what}: put @dataclass(frozen=True) above class {cls.__name__}, below @nncli.{registry.kind}"
    for base in cls.__mro__[1:]:
        for name in vars(base).get("needs", ()):
            if getattr(cls, name) is getattr(base, name):
                return f"{what}: class {cls.__name__} has no {name}"
    fault = check_annotations(cls)
    return f"{what}: {fault}" if fault else ""


def _place(traceback: TracebackType | None, path: str) -> str | None:
    """Return "path:line" of the innermost frame that runs code of the file; None if no frame runs it."""
    place = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            place = f"{path}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


@cache
def _imported(module: str) -> Plugin:
    """Return the plugin of a module that was imported from Python; its file is read only at the first call."""
    file = getattr(sys.modules.get(module), "__file__", None)
    try:
        with open(file or "", "rb") as content:
            return Plugin(os.path.basename(content.name), "", sha256(content.read()).hexdigest())
    except OSError:
        return Plugin(module)
