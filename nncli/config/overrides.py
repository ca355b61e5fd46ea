"""Values set on the command line, or in the environment, over those of the file."""

from __future__ import annotations

import shlex
from typing import Any

from nncli.config.document import Document, Mark
from nncli.config.reader import MAX_FILE_BYTES, read_value
from nncli.core.builder import failed
from nncli.core.errors import ConfigError, Path, UserError
from nncli.core.text_format import truncate

COMMAND_LINE_ORIGIN = "--set"
MAX_KEY_LENGTH = 10_000  # characters
ENVIRONMENT_VARIABLE = "NNCLI_SET"  # holds settings as a shell would split them; those of the command line go over them


def split_settings(variable: str) -> list[str]:
    """The settings in the environment's variable.

    Raises:
        UserError: where its quotes do not close.
    """
    try:
        return shlex.split(variable)
    except ValueError as error:
        raise UserError(
            f"{ENVIRONMENT_VARIABLE}: {str(error).lower()}; expected KEY=VALUE words, quoted as for a shell"
        ) from None


def apply_overrides(document: Document, settings: list[str], origin: str = COMMAND_LINE_ORIGIN) -> None:
    """Sets KEY=VALUE pairs in a document, such as training.epochs=5 or model.0.filters=16.

    Args:
        document: changed in place.
        settings: the pairs.
        origin: where they come from, for messages.

    Raises:
        UserError: where a setting has no = or its key leads nowhere.
    """
    for setting in settings:
        _Override(document, setting, origin).apply()


class _Override:
    """One KEY=VALUE."""

    def __init__(self, document: Document, setting: str, origin: str) -> None:
        self._document = document
        self._setting = setting
        self._origin = origin
        self._mark = Mark(0, 0, origin=origin)

    def apply(self) -> None:
        """Sets the value."""
        key, equals, text = self._setting.partition("=")
        keys = key.strip().split(".")
        if not equals or not all(keys):
            raise self._error("expected KEY=VALUE, such as training.epochs=5")
        if len(key) > MAX_KEY_LENGTH or len(text) > MAX_FILE_BYTES:
            raise self._error("longer than any key or value of a config")
        try:
            value = read_value(text)
        except ConfigError as error:
            raise self._error(error.problems[0].message) from None
        document = self._document
        if not isinstance(document.value, dict):
            document.value = {}
        container = document.value
        path: Path = ()
        for key in keys[:-1]:
            index = self._index(container, key, path)
            path = (*path, index)
            container = self._inside(container, index, path)
        index = self._index(container, keys[-1], path)
        container[index] = value
        self._forget((*path, index))
        problems = document.problems
        document.problems = [other for other in problems if other.path[: len(path) + 1] != (*path, index)]
        self._mark_as_set((*path, index))

    def _inside(self, container: Any, index: Any, path: Path) -> Any:
        """The mapping or list at an index, made where there is none."""
        inner = container[index] if isinstance(container, list) else container.get(index)
        if isinstance(inner, str) and "${" not in inner:  # a bare name is {type: name}
            inner = container[index] = {"type": inner}
        elif inner is None:
            inner = container[index] = {}
            self._mark_as_set(path)
        if failed(inner):
            return {}  # what is wrong with it is told where it stands
        if not isinstance(inner, dict | list):
            raise self._error(f"{'.'.join(map(str, path))} is {inner!r} and has no keys")
        return inner

    def _index(self, container: Any, key: str, path: Path) -> Any:
        if isinstance(container, dict):
            return key
        if key.isdecimal() and len(key) < 9 and int(key) < len(container):
            return int(key)
        name = ".".join(map(str, path))
        if not container:
            raise self._error(f"{name} is an empty list; set it whole: {name}=[...]")
        raise self._error(f"{name} is a list of {len(container)}; expected an index from 0 to {len(container) - 1}")

    def _mark_as_set(self, path: Path) -> None:
        self._document.keys[path] = self._document.values[path] = self._mark

    def _forget(self, path: Path) -> None:
        """Drops the places of what stood there in the file."""
        for marks in (self._document.keys, self._document.values):
            for other in [known for known in marks if known[: len(path)] == path]:
                del marks[other]

    def _error(self, message: str) -> UserError:
        return UserError(f"{self._origin} {truncate(self._setting, 200)}: {message}")
