"""Convert YAML nodes to plain values and record their positions."""

from __future__ import annotations

import re
from typing import Any

import yaml

from nncli.config.document import Document, Mark
from nncli.config.limits import MAX_VALUES, TOO_DEEP
from nncli.config.scalars import parse_scalar
from nncli.core.errors import Path, Problem
from nncli.core.invalid import INVALID
from nncli.core.text_format import truncate

STANDARD_TAG = "tag:yaml.org,2002:"
SCALAR_TAGS = {"int": "a whole number", "float": "a number", "bool": "true or false", "null": "null"}


class NodeReader:
    """Convert the YAML nodes of a document to plain values.

    Args:
        document: receives the positions and the problems.
        max_depth: maximum number of nested mappings and lists.
    """

    def __init__(self, document: Document, max_depth: int) -> None:
        self._document = document
        self._max_depth = max_depth
        self._count = 0
        self._parents: list[yaml.Node] = []

    def read(self, node: yaml.Node, path: Path) -> Any:
        """Return the plain value of a node; INVALID if it has a problem.

        Raises:
            ConfigError: if there are too many values, or they are nested too deeply or contain themselves.
        """
        self._document.values.setdefault(path, _mark(node))
        self._count += 1
        if self._count > MAX_VALUES:
            raise self._document.error([Problem(path, f"more than {MAX_VALUES} values after expanding aliases")])
        if any(node.value is parent.value for parent in self._parents):
            problem = Problem(path, "an alias refers to a value that contains the alias")
            raise self._document.error([self._document.locate_at(_mark(node), problem)])
        if len(self._parents) > self._max_depth:
            raise self._document.error([Problem(path, TOO_DEEP)])
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in (STANDARD_TAG + "map", STANDARD_TAG + "seq"):
            return self._unknown_tag(node, path)
        self._parents.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self._parents.pop()

    def _unknown_tag(self, node: yaml.Node, path: Path) -> Any:
        tag = node.tag.replace(STANDARD_TAG, "!!")
        named = isinstance(node, yaml.MappingNode) and re.fullmatch(r"!\w+", tag)
        instead = f"{{type: {tag[1:]}, ...}}" if named else "a plain value"
        return self._problem(path, f"the tag {truncate(tag)!r} is not known; write {instead}", node)

    def _problem(self, path: Path, message: str, node: yaml.Node) -> Any:
        self._document.problems.append(self._document.locate_at(_mark(node), Problem(path, message)))
        return INVALID

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Any:
        result: dict[str, Any] = {}
        first_lines: dict[str, int] = {}
        merged: list[yaml.Node] = []  # the mappings after << keys
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(path, "expected a name as key", key_node)
                continue
            if key_node.tag != STANDARD_TAG + "str":
                self._unknown_tag(key_node, path)
            key = key_node.value
            if key == "<<" and key_node.style is None:
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                continue
            inner = (*path, key)
            if key in first_lines:
                message = f"duplicate key {key!r}; it is already on line {first_lines[key]}"
                self._problem(inner, message, key_node)
                continue
            first_lines[key] = key_node.start_mark.line + 1
            self._document.keys.setdefault(inner, _mark(key_node))  # keeps an earlier position
            result[key] = self.read(value_node, inner)
        return self._merge(result, merged, path)

    def _merge(self, result: dict[str, Any], merged: list[yaml.Node], path: Path) -> Any:
        """Add the keys of merged mappings that the mapping itself does not have."""
        failed = False
        for other in merged:
            if not isinstance(other, yaml.MappingNode):
                self._problem(path, "expected a mapping after <<, such as *alias", other)
                failed = True
            elif (values := self.read(other, path)) is INVALID:
                failed = True
            else:
                for key, value in values.items():
                    result.setdefault(key, value)
        return INVALID if failed else result

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        name = node.tag.removeprefix(STANDARD_TAG)
        if "\0" in node.value or any("\ud800" <= character <= "\udfff" for character in node.value):
            return self._problem(path, "a null character or lone surrogate; delete it", node)
        if name == "str":
            try:
                return parse_scalar(node.value) if node.style is None else node.value
            except ValueError:
                return self._problem(path, f"a number with too many digits ({len(node.value):,})", node)
        if name in SCALAR_TAGS:
            value = parse_scalar(node.value)
            if not isinstance(value, str):
                return value
            expected = f"expected {SCALAR_TAGS[name]} after !!{name}"
            return self._problem(path, f"{expected}; got {truncate(node.value)!r}", node)
        return self._unknown_tag(node, path)


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    return Mark(start.line + 1, start.column + 1, end.column - start.column if end.line == start.line else 1)
