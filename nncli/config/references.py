"""Resolve references to other values of a config, written as ${section.key}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nncli.config.document import Document
from nncli.config.scalars import format_scalar
from nncli.core.errors import Path, Problem
from nncli.core.invalid import INVALID
from nncli.core.spelling import nearest
from nncli.core.value_text import format_value

MAX_TEXT_LENGTH = 10_000  # characters of a text after its references are resolved
MAX_CHAIN_LENGTH = 100  # maximum number of references that lead from one to the next
MAX_CANDIDATES = 1000  # number of paths that are searched for a suggestion
MAX_SUGGESTIONS = 20  # number of problems that get a suggestion, because finding one takes time
_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")


def resolve_references(document: Document, max_values: int) -> None:
    """Replace references by the values that they name; `$${` is an escaped `${`.

    A text that consists of one reference becomes the value itself, of any type. A reference inside a longer text is
    replaced by the value as text. Problems are added to the document.

    Args:
        document: changed in place.
        max_values: maximum number of values of the resolved config.
    """
    document.value = _Resolver(document, max_values).value(document.value, (), ())


def escape(text: str) -> str:
    """Escape a text, so that it contains no references when it is read again."""
    return text.replace("${", "$${")


def unescape(text: Any) -> Any:
    """Undo `escape`; keys that are not text are returned unchanged."""
    return text.replace("$${", "${") if isinstance(text, str) else text


class _Resolver:
    """Replace the references of one document; a reference without a value becomes INVALID."""

    def __init__(self, document: Document, max_values: int) -> None:
        self._document = document
        self._root = document.value
        self._remaining = max_values
        self._reported: set[frozenset[Path]] = set()
        self._paths: list[str] = []

    def value(self, value: Any, path: Path, chain: tuple[Path, ...]) -> Any:
        """Return a value with all references in it resolved.

        Args:
            value: the value as written.
            path: the path whose value is being computed.
            chain: the paths of the references that led to this value.
        """
        self._remaining -= 1
        if self._remaining < 0:
            raise self._document.error([Problem(path, "too many values after resolving references")])
        if isinstance(value, dict):
            return {unescape(key): self.value(item, (*path, key), chain) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, index), chain) for index, item in enumerate(value)]
        return self._text(value, path, chain) if isinstance(value, str) and "${" in value else value

    def _text(self, text: str, path: Path, chain: tuple[Path, ...]) -> Any:
        """Return a text with its references resolved; the value itself if the text is only a reference."""
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
                if value is INVALID:
                    return INVALID
                if isinstance(value, dict | list):
                    message = f"${{{found[1]}}} is {format_value(value)}, which cannot be part of a text"
                    return self._problem(path, message)
                parts.append(format_scalar(value))
        joined = "".join([*parts, text[end:]])
        if len(joined) > MAX_TEXT_LENGTH:
            return self._problem(path, f"a text of more than {MAX_TEXT_LENGTH} characters")
        return joined

    def _target(self, dotted: str, path: Path, chain: tuple[Path, ...]) -> Any:
        """Return the value that a reference at `path` names."""
        if path in chain:
            cycle = (*chain[chain.index(path) :], path)
            names = " -> ".join(".".join(map(str, item)) for item in cycle)
            return self._problem(path, f"${{{dotted}}} leads back to itself: {names}", about=cycle)
        if len(chain) > MAX_CHAIN_LENGTH:
            return self._problem(path, f"more than {MAX_CHAIN_LENGTH} references in a row")
        if not dotted.strip():
            return self._problem(path, "${} names no value; expected ${section.key}")
        target = _path_of(dotted, self._root)
        if target is None:
            message = f"unknown reference ${{{dotted}}}: nothing in the config has that path"
            return self._problem(path, f"{message}{self._suggestion(dotted, path)}")
        value = self._root
        for key in target:
            value = value[key]
        return self.value(value, target, (*chain, path))

    def _suggestion(self, dotted: str, path: Path) -> str:
        """Return "did you mean" with the most similar path, or "" if none is similar."""
        if len(self._reported) >= MAX_SUGGESTIONS:
            return ""
        own = ".".join(map(str, path))
        self._paths = self._paths or list(islice(_paths(self._root, ""), MAX_CANDIDATES))
        others = [other for other in self._paths if not f"{own}.".startswith(f"{other}.")]
        near = nearest(dotted.rpartition(".")[2], {other.rpartition(".")[2] for other in others})
        match = nearest(dotted, [other for other in others if other.rpartition(".")[2] == near])
        return f"; did you mean ${{{match}}}?" if match else ""

    def _problem(self, path: Path, message: str, about: tuple[Path, ...] = ()) -> Any:
        """Add a problem unless its path or its cycle of paths already has one; return INVALID."""
        subject = frozenset(about or (path,))
        if subject not in self._reported:
            self._reported.add(subject)
            self._document.problems.append(self._document.locate(Problem(path, message)))
        return INVALID


def _path_of(dotted: str, root: Any) -> Path | None:
    """Parse a dotted path; None if there is no value at this path."""
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
    """Yield the dotted path of every value inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield f"{prefix}{key}"
        yield from _paths(item, f"{prefix}{key}.")
