"""Values set on the command line over those of the file."""

from __future__ import annotations

from typing import Any

from nncli.config.document import Document, Mark
from nncli.config.reader import read_value
from nncli.core.errors import ConfigError, Path, UserError

ORIGIN = "--set"


def apply_overrides(document: Document, settings: list[str]) -> None:
    """Sets KEY=VALUE pairs in a document, such as training.epochs=5 or model.0.filters=16.

    Raises:
        UserError: where a setting has no = or its key leads nowhere.
    """
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise UserError(f"{ORIGIN} {setting}: expected KEY=VALUE, such as training.epochs=5")
        try:
            value = read_value(text)
        except ConfigError as error:
            raise UserError(f"{ORIGIN} {setting}: {error.problems[0].message}") from None
        _set(document, key.strip().split("."), value, setting)


def _set(document: Document, keys: list[str], value: Any, setting: str) -> None:
    if not isinstance(document.value, dict):
        document.value = {}
    container = document.value
    path: Path = ()
    for depth, key in enumerate(keys):
        index = _index(container, key, path, setting)
        path = (*path, index)
        if depth == len(keys) - 1:
            container[index] = value
            _forget(document, path)
            document.keys[path] = document.values[path] = Mark(0, 0, ORIGIN)
            return
        inner = container[index] if isinstance(container, list) else container.get(index)
        if isinstance(inner, str):  # a bare name is {type: name}
            inner = container[index] = {"type": inner}
        elif inner is None:
            inner = container[index] = {}
            document.keys[path] = document.values[path] = Mark(0, 0, ORIGIN)
        if not isinstance(inner, dict | list):
            raise _error(setting, f"{'.'.join(map(str, path))} is {inner!r} and has no keys")
        container = inner


def _index(container: Any, key: str, path: Path, setting: str) -> Any:
    if isinstance(container, dict):
        return key
    if key.isdigit() and int(key) < len(container):
        return int(key)
    name = ".".join(map(str, path))
    if not container:
        raise _error(setting, f"{name} is an empty list; set it whole: {name}=[...]")
    raise _error(setting, f"{name} is a list of {len(container)}; expected an index from 0 to {len(container) - 1}")


def _error(setting: str, message: str) -> UserError:
    return UserError(f"{ORIGIN} {setting}: {message}")


def _forget(document: Document, path: Path) -> None:
    for marks in (document.keys, document.values):
        for other in [known for known in marks if known[: len(path)] == path]:
            del marks[other]
