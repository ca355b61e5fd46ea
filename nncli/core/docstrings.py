"""Parse the docstrings of registered classes, which `nncli list`, the JSON Schema and the reference show."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

SECTIONS = ("Shape", "Args", "Raises", "Reference", "Returns")
_SECTION = re.compile(rf"({'|'.join(SECTIONS)}):(.*)")
_ENTRY = re.compile(r" {0,4}(\w+): (.*)")


@dataclass
class Docstring:
    """The parts of a docstring.

    Args:
        summary: the first paragraph, on one line.
        body: the paragraphs between the summary and the first section, unchanged.
        sections: the text of every section but Args, by its name.
        fields: the text of every entry of Args, on one line each.
    """

    summary: str = ""
    body: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def parse_class_docstring(cls: type) -> Docstring:
    """Parse the docstring of a class; fields that its Args leave out are taken from its base classes."""
    parsed = parse_docstring(inspect.cleandoc(cls.__doc__ or ""))
    for base in cls.__mro__[1:]:
        if base.__module__ != "builtins":
            inherited = parse_docstring(inspect.cleandoc(base.__doc__ or "")).fields
            parsed.fields = {**inherited, **parsed.fields}
    return parsed


def parse_docstring(text: str) -> Docstring:
    """Parse a docstring whose indentation was removed, as by `inspect.cleandoc`."""
    blocks: dict[str, list[str]] = {"": []}
    current = ""
    for line in text.splitlines():
        found = _SECTION.fullmatch(line)
        if found:
            current = found[1]
            blocks[current] = [found[2].strip()] if found[2].strip() else []
        else:
            blocks[current].append(line)
    summary, _, body = "\n".join(blocks.pop("")).strip().partition("\n\n")
    fields = _entries(blocks.pop("Args", []))
    sections = {name: " ".join(line.strip() for line in lines if line.strip()) for name, lines in blocks.items()}
    return Docstring(" ".join(summary.split()), body.strip("\n"), sections, fields)


def _entries(lines: list[str]) -> dict[str, str]:
    """Return {name: text}; deeper indented lines continue the text."""
    entries: dict[str, str] = {}
    name = ""
    for line in lines:
        found = _ENTRY.fullmatch(line)
        if found:
            name = found[1]
            entries[name] = found[2]
        elif name and line.strip():
            entries[name] += " " + line.strip()
    return entries
