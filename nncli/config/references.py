"""${section.key}: one value of a config used in another place of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nncli.config.document import Document
from nncli.config.scalars import format_scalar
from nncli.core.builder import FAILED
from nncli.core.errors import Path, Problem
from nncli.core.spelling import nearest
from nncli.core.value_text import format_value

LARGEST_TEXT = 10_000  # characters of a text after its references are filled
LONGEST_CHAIN = 100  # references that lead to one another
MOST_COMPARED, MOST_ADVISED = 1000, 20  # paths that are looked at for a suggestion, and suggestions
_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")


def resolve_references(document: Document, most: int) -> None:
    """Puts the values that references stand for in their places; `$${` stands for `${` itself.

    A text that is nothing but a reference becomes the value itself, whatever its type; within a longer text the
    reference becomes the value's text. Problems go to the document.

    Args:
        document: changed in place.
        most: how many values the config may hold in the end.
    """
    document.value = _Resolution(document, most).value(document.value, (), ())


def escape(text: str) -> str:
    """A text that reads back as itself."""
    return text.replace("${", "$${")


def unescape(text: Any) -> Any:
    """A key as it was before it was written by `escape`."""
    return text.replace("$${", "${") if isinstance(text, str) else text


class _Resolution:
    """Replaces references, each known by the path at which it stands; FAILED stands for what has no value."""

    def __init__(self, document: Document, most: int) -> None:
        self._document = document
        self._root = document.value
        self._left = most
        self._told: set[frozenset[Path]] = set()
        self._paths: list[str] = []

    def value(self, value: Any, path: Path, chain: tuple[Path, ...]) -> Any:
        """The value at a path without references in it.

        Args:
            value: as it stands there.
            path: of the place in the file for which it is asked.
            chain: the paths whose references led here.
        """
        self._left -= 1
        if self._left < 0:
            raise self._document.error([Problem(path, "too many values after filling in references")])
        if isinstance(value, dict):
            return {unescape(key): self.value(item, (*path, key), chain) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, index), chain) for index, item in enumerate(value)]
        return self._text(value, path, chain) if isinstance(value, str) and "${" in value else value

    def _text(self, text: str, path: Path, chain: tuple[Path, ...]) -> Any:
        whole = _REFERENCE.fullmatch(text)
        if whole and whole[1] is not None:
            return self._target(whole[1], path, chain)
        parts, end = [], 0
        for found in _REFERENCE.finditer(text):
            parts.append(text[end : found.start()])
            end = found.end()
            if found[0] == "$${":
                parts.append("${")
            elif found[1] is None:
                return self._problem(path, f"{text!r}: expected ${{section.key}}; the brace is not closed")
            else:
                value = self._target(found[1], path, chain)
                if value is FAILED:
                    return FAILED
                if isinstance(value, dict | list):
                    message = f"${{{found[1]}}} is {format_value(value)}, which cannot be part of a text"
                    return self._problem(path, message)
                parts.append(format_scalar(value))
        joined = "".join([*parts, text[end:]])
        return joined if len(joined) <= LARGEST_TEXT else self._problem(path, f"a text above {LARGEST_TEXT} characters")

    def _target(self, dotted: str, path: Path, chain: tuple[Path, ...]) -> Any:
        """What a reference at `path` stands for."""
        if path in chain:
            circle = (*chain[chain.index(path) :], path)
            names = " -> ".join(".".join(map(str, item)) for item in circle)
            return self._problem(path, f"${{{dotted}}} leads back to itself: {names}", about=circle)
        if len(chain) > LONGEST_CHAIN:
            return self._problem(path, f"more than {LONGEST_CHAIN} references in a row")
        if not dotted.strip():
            return self._problem(path, "${} names no value; expected ${section.key}")
        target = _path_of(dotted, self._root)
        if target is None:
            message = f"unknown reference ${{{dotted}}}: nothing in the config has that path"
            return self._problem(path, f"{message}{self._advice(dotted, path)}")
        value = self._root
        for key in target:
            value = value[key]
        return self.value(value, target, (*chain, path))

    def _advice(self, dotted: str, path: Path) -> str:
        """A question with the path that a reference at `path` was most likely meant to name, or nothing."""
        if len(self._told) >= MOST_ADVISED:
            return ""
        own = ".".join(map(str, path))
        self._paths = self._paths or list(islice(_paths(self._root, ""), MOST_COMPARED))
        others = [other for other in self._paths if not f"{own}.".startswith(f"{other}.")]
        near = nearest(dotted.rpartition(".")[2], {other.rpartition(".")[2] for other in others})
        match = nearest(dotted, [other for other in others if other.rpartition(".")[2] == near])
        return f"; did you mean ${{{match}}}?" if match else ""

    def _problem(self, path: Path, message: str, about: tuple[Path, ...] = ()) -> Any:
        """Notes a problem, once for the place or the circle of places that it is about."""
        subject = frozenset(about or (path,))
        if subject not in self._told:
            self._told.add(subject)
            self._document.problems.append(self._document.locate(Problem(path, message)))
        return FAILED


def _path_of(dotted: str, root: Any) -> Path | None:
    """The path of an existing value, or None."""
    path: Path = ()
    value = root
    for key in dotted.strip().split("."):
        if isinstance(value, list) and key.isdecimal() and len(key) < 9 and int(key) < len(value):
            path, value = (*path, int(key)), value[int(key)]
        elif isinstance(value, dict) and key in value:
            path, value = (*path, key), value[key]
        else:
            return None
    return path


def _paths(value: Any, prefix: str) -> Iterator[str]:
    """Every path in a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield f"{prefix}{key}"
        yield from _paths(item, f"{prefix}{key}.")
