"""Reading YAML: strict, with positions, and nothing in it can construct an object."""

from __future__ import annotations

import os
import re
from copy import copy
from typing import Any

import yaml

from nncli.config.document import Document, Mark
from nncli.config.scalars import parse_scalar
from nncli.config.syntax_errors import explain_syntax_error
from nncli.core.builder import FAILED
from nncli.core.errors import ConfigError, Path, Problem, UserError
from nncli.core.spelling import nearest_file
from nncli.core.text_format import truncate

MAX_FILE_BYTES = 1 << 20
MAX_VALUES = 100_000  # aliases are expanded up to here
_STANDARD = "tag:yaml.org,2002:"
_TAGGED = {"int": "a whole number", "float": "a number", "bool": "true or false", "null": "null"}
MAX_DEPTH = 30  # mappings and lists in one another
MAX_RESOLVED_DEPTH = MAX_DEPTH + 10  # with every default written, some of them are mappings
TOO_DEEP = f"nested too deeply; expected at most {MAX_DEPTH} mappings and lists in one another"
ALIAS_IN_ITSELF = "an alias inside of what it stands for"


class _Loader(yaml.SafeLoader):
    """Leaves plain scalars as text, to be resolved here by the core schema, and knows where aliases stand."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as PyYAML declares it
    count = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node; for an alias, what it stands for with the alias's own place."""
        self.count += 1
        if self.count > MAX_VALUES:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=f"more than {MAX_VALUES} values", problem_mark=mark)
        if not self.check_event(yaml.AliasEvent):
            return super().compose_node(parent, index)
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        node = copy(super().compose_node(parent, index))
        assert node is not None
        node.start_mark, node.end_mark = event.start_mark, event.end_mark
        return node


def read_file(path: str, deepest: int = MAX_DEPTH) -> Document:
    """The config in a file.

    Args:
        path: of the file.
        deepest: how many mappings and lists may stand in one another.

    Raises:
        UserError: where it cannot be read or is larger than a config can be.
        ConfigError: where it is no YAML, with the place.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise UserError(f"no such config: {path}{nearest_file(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); expected a YAML config") from None
    if len(content) > MAX_FILE_BYTES:
        raise UserError(f"{path}: larger than {MAX_FILE_BYTES} bytes; expected a YAML config")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}); expected a YAML config") from None
    document = read_text(text, path, os.path.dirname(os.path.abspath(path)), deepest)
    document.content = content
    return document


def read_text(text: str, name: str, folder: str, deepest: int = MAX_DEPTH) -> Document:
    """The config in a text.

    Raises:
        ConfigError: where it is no YAML, with the place and the line.
    """
    document = Document(None, name, folder, text=text)
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise document.error([explain_syntax_error(error, document)]) from None
    except RecursionError:
        raise document.error([document.at(Mark(1, 1), Problem((), TOO_DEEP))]) from None
    if root is None:
        message = "the file is empty; expected a mapping with data, model, loss and optimizer"
        raise document.error([document.at(Mark(1, 1), Problem((), message))])
    reading = _Reading(document, deepest)
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


class _Reading:
    """Turns YAML nodes into plain values and notes their marks."""

    def __init__(self, document: Document, deepest: int) -> None:
        self._document = document
        self._deepest = deepest
        self._count = 0
        self._inside: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of a node; FAILED where it has none."""
        self._document.values.setdefault(path, _mark(node))
        self._count += 1
        if self._count > MAX_VALUES:
            raise self._document.error([Problem(path, f"more than {MAX_VALUES} values after expanding aliases")])
        if any(node.value is outer.value for outer in self._inside):
            raise self._document.error([self._document.at(_mark(node), Problem(path, ALIAS_IN_ITSELF))])
        if len(self._inside) > self._deepest:
            raise self._document.error([Problem(path, TOO_DEEP)])
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in (_STANDARD + "map", _STANDARD + "seq"):
            return self._unknown_tag(node, path)
        self._inside.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self._inside.pop()

    def _unknown_tag(self, node: yaml.Node, path: Path) -> Any:
        tag = node.tag.replace(_STANDARD, "!!")
        named = isinstance(node, yaml.MappingNode) and re.fullmatch(r"!\w+", tag)
        instead = f"{{type: {tag[1:]}, ...}}" if named else "a plain value"
        return self._problem(path, f"the tag {truncate(tag)!r} is not known; write {instead}", node)

    def _problem(self, path: Path, message: str, node: yaml.Node) -> Any:
        self._document.problems.append(self._document.at(_mark(node), Problem(path, message)))
        return FAILED

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Any:
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(path, "expected a name as key", key_node)
                continue
            if key_node.tag != _STANDARD + "str":
                self._unknown_tag(key_node, path)
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
            self._document.keys.setdefault(inner, _mark(key_node))  # a merged key does not move one of its own
            result[key] = self.value(value_node, inner)
        failed = False
        for other in merged:
            if not isinstance(other, yaml.MappingNode):
                self._problem(path, "<< wants a mapping, such as *alias", other)
                failed = True
            elif (values := self.value(other, path)) is FAILED:
                failed = True
            else:
                for key, value in values.items():
                    result.setdefault(key, value)
        return FAILED if failed else result

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        name = node.tag.removeprefix(_STANDARD)
        if "\0" in node.value or any("\ud800" <= character <= "\udfff" for character in node.value):
            return self._problem(path, "a character that no file and no text can hold; delete it", node)
        if name == "str":
            try:
                return parse_scalar(node.value) if node.style is None else node.value
            except ValueError:
                return self._problem(path, f"a number with too many digits ({len(node.value):,})", node)
        if name in _TAGGED:
            value = parse_scalar(node.value)
            if not isinstance(value, str):
                return value
            return self._problem(path, f"expected {_TAGGED[name]} after !!{name}; got {truncate(node.value)!r}", node)
        return self._unknown_tag(node, path)


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    return Mark(start.line + 1, start.column + 1, end.column - start.column if end.line == start.line else 1)
