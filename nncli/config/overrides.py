"""Apply KEY=VALUE settings from the command line or the environment to a config."""

from __future__ import annotations

import shlex
from typing import Any

from nncli.config.document import Document, Mark
from nncli.config.limits import MAX_FILE_BYTES
from nncli.config.reader import read_value
from nncli.core.errors import ConfigError, Path, UserError
from nncli.core.invalid import is_invalid
from nncli.core.text_format import truncate

COMMAND_LINE_ORIGIN = "--set"
ENVIRONMENT_VARIABLE = "NNCLI_SET"  # its settings are quoted as in a shell; those of --set take precedence
MAX_KEY_LENGTH = 10_000  # characters


def split_settings(variable: str) -> list[str]:
    """Split the value of the environment variable into settings, as a shell would.

    Raises:
        UserError: if a quote is not closed.
    """
    try:
        return shlex.split(variable)
    except ValueError as error:
        message = f"{str(error).lower()}; expected KEY=VALUE words, quoted as for a shell"
        raise UserError(f"{ENVIRONMENT_VARIABLE}: {message}") from None


def apply_overrides(document: Document, settings: list[str], origin: str = COMMAND_LINE_ORIGIN) -> None:
    """Set KEY=VALUE pairs in a document, such as training.epochs=5 or model.0.filters=16.

    Args:
        document: changed in place.
        settings: the pairs.
        origin: the option or environment variable that has the settings, for messages.

    Raises:
        UserError: if a setting has no "=" or its key does not exist.
    """
    for setting in settings:
        _Override(document, setting, origin).apply()


class _Override:
    """One KEY=VALUE setting."""

    def __init__(self, document: Document, setting: str, origin: str) -> None:
        self._document = document
        self._setting = setting
        self._origin = origin
        self._mark = Mark(0, 0, origin=origin)

    def apply(self) -> None:
        """Set the value, and replace the marks and problems of the old value."""
        keys, value = self._parse()
        document = self._document
        if not isinstance(document.value, dict):
            document.value = {}
        container = document.value
        path: Path = ()
        for key in keys[:-1]:
            index = self._index(container, key, path)
            path = (*path, index)
            container = self._child(container, index, path)
        index = self._index(container, keys[-1], path)
        path = (*path, index)
        container[index] = value
        self._forget(path)
        self._mark_as_set(path)

    def _parse(self) -> tuple[list[str], Any]:
        """Return the keys and the value of the setting."""
        key, equals, text = self._setting.partition("=")
        keys = key.strip().split(".")
        if not equals or not all(keys):
            raise self._error("expected KEY=VALUE, such as training.epochs=5")
        if len(key) > MAX_KEY_LENGTH or len(text) > MAX_FILE_BYTES:
            raise self._error("the key or value is too long")
        try:
            return keys, read_value(text)
        except ConfigError as error:
            raise self._error(error.problems[0].message) from None

    def _child(self, container: Any, index: Any, path: Path) -> Any:
        """Return the mapping or list at an index; create a mapping if there is none."""
        child = container[index] if isinstance(container, list) else container.get(index)
        if isinstance(child, str) and "${" not in child:  # a bare name is short for {type: name}
            child = container[index] = {"type": child}
        elif child is None:
            child = container[index] = {}
            self._mark_as_set(path)
        if is_invalid(child):
            return {}  # its problem has been reported
        if not isinstance(child, dict | list):
            raise self._error(f"{'.'.join(map(str, path))} is {child!r} and has no keys")
        return child

    def _index(self, container: Any, key: str, path: Path) -> Any:
        if isinstance(container, dict):
            return key
        if key.isdecimal() and len(key) < 9 and int(key) < len(container):
            return int(key)
        name = ".".join(map(str, path))
        if not container:
            raise self._error(f"{name} is an empty list; set the whole list: {name}=[...]")
        raise self._error(f"{name} is a list of {len(container)}; expected an index from 0 to {len(container) - 1}")

    def _mark_as_set(self, path: Path) -> None:
        self._document.keys[path] = self._document.values[path] = self._mark

    def _forget(self, path: Path) -> None:
        """Remove the marks and problems of the old value at a path."""
        document, length = self._document, len(path)
        for marks in (document.keys, document.values):
            for other in [known for known in marks if known[:length] == path]:
                del marks[other]
        document.problems = [problem for problem in document.problems if problem.path[:length] != path]

    def _error(self, message: str) -> UserError:
        return UserError(f"{self._origin} {truncate(self._setting, 200)}: {message}")
