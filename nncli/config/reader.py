"""Reading YAML: strict, with positions, and nothing in it can construct an object."""

from __future__ import annotations

import os
import re
from typing import Any

import yaml

from nncli.config.document import Document, Mark
from nncli.config.scalars import resolve
from nncli.core.errors import ConfigError, Path, Problem, UserError
from nncli.core.spelling import nearest_file

LARGEST_FILE = 1 << 20
MOST_NODES = 100_000  # aliases are expanded up to here
_STANDARD = "tag:yaml.org,2002:"
_BARE_REFERENCE = re.compile(r"""[\[{,:]\s*\$\{""")


class _Loader(yaml.SafeLoader):
    """Leaves plain scalars as text, so that they are resolved here by the core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as PyYAML declares it


def read_file(path: str) -> Document:
    """The config in a file.

    Raises:
        UserError: where it cannot be read or is larger than a config can be.
        ConfigError: where it is no YAML, with the place.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UserError(f"no such config: {path}{nearest_file(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); expected a YAML config") from None
    if len(content) > LARGEST_FILE:
        raise UserError(f"{path}: larger than {LARGEST_FILE} bytes; expected a YAML config")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}); expected a YAML config") from None
    return read_text(text, path, os.path.dirname(os.path.abspath(path)))


def read_text(text: str, name: str, folder: str) -> Document:
    """The config in a text.

    Raises:
        ConfigError: where it is no YAML, with the place and the line.
    """
    document = Document(None, name, folder, lines=text.splitlines())
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise document.error([_syntax_problem(error, document)]) from None
    except RecursionError:
        raise document.error([Problem((), "nested too deeply")]) from None
    if root is None:
        raise document.error(
            [Problem((), "the file is empty; expected a mapping with data, model, loss and optimizer")]
        )
    reading = _Reading(document)
    document.value = reading.value(root, ())
    return document


def read_value(text: str) -> Any:
    """One YAML value, as after --set.

    Raises:
        ConfigError: where it is no YAML.
    """
    if not text.strip():
        return None
    document = read_text(text, "", "")
    if document.problems:
        raise ConfigError(document.problems)
    return document.value


def _syntax_problem(error: yaml.YAMLError, document: Document) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Problem((), f"not YAML: {' '.join(str(error).split())}", place=document.name)
    line = document.lines[mark.line] if mark.line < len(document.lines) else ""
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        column, message = indentation.index("\t"), "a tab character; use spaces"
    else:
        problem = getattr(error, "problem", None) or "not YAML"
        column, message = mark.column, f"{problem}: {line.strip()}" if line.strip() else problem
        if _BARE_REFERENCE.search(line):
            message += '; between braces or brackets a reference needs quotes: "${section.key}"'
    return document.at(Mark(mark.line + 1, column + 1), Problem((), message))


class _Reading:
    """Turns YAML nodes into plain values and notes their marks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0
        self._inside: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        self._document.values.setdefault(path, _mark(node))
        self._count += 1
        if self._count > MOST_NODES:
            raise self._document.error([Problem(path, f"more than {MOST_NODES} values after expanding aliases")])
        if any(node is outer for outer in self._inside):
            raise self._document.error([Problem(path, "an alias inside of what it stands for")])
        self._inside.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            assert isinstance(node, yaml.ScalarNode)
            return self._scalar(node, path)
        finally:
            self._inside.pop()

    def _problem(self, path: Path, message: str, node: yaml.Node) -> None:
        self._document.problems.append(self._document.at(_mark(node), Problem(path, message)))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(path, "expected a name as key", key_node)
                continue
            key = key_node.value
            if key == "<<" and key_node.style is None:
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                continue
            inner = (*path, key)
            if key in first:
                message = f"duplicate key {key!r}; it stands on line {first[key]} already"
                self._problem(inner, message, key_node)
                continue
            first[key] = key_node.start_mark.line + 1
            self._document.keys[inner] = _mark(key_node)
            result[key] = self.value(value_node, inner)
        for other in merged:
            if not isinstance(other, yaml.MappingNode):
                self._problem(path, "<< wants a mapping, such as *alias", other)
                continue
            for key, value in self.value(other, path).items():
                result.setdefault(key, value)
        return result

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        name = node.tag.removeprefix(_STANDARD)
        if name == "str":
            try:
                return resolve(node.value) if node.style is None else node.value
            except ValueError:
                self._problem(path, "a number with too many digits", node)
                return None
        if name in ("int", "float", "bool", "null") and not isinstance(value := resolve(node.value), str):
            return value
        self._problem(path, f"the tag {node.tag!r} is not known; write a plain value", node)
        return None


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    return Mark(start.line + 1, start.column + 1, end.column - start.column if end.line == start.line else 1)
