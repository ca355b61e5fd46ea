"""Reading the docstrings of registered classes: one text for the reader of the code, the commands and the editor."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

SECTIONS = ("Shape", "Args", "Raises", "Reference", "Returns")
_SECTION = re.compile(rf"({'|'.join(SECTIONS)}):(.*)")
_ENTRY = re.compile(r" {0,4}(\w+): (.*)")


@dataclass
class Docstring:
    """A docstring by its parts.

    Args:
        summary: the first paragraph in one line.
        body: the paragraphs before the first section, as they stand.
        sections: the text of Shape, Raises and Reference by name, without Args.
        fields: the text of every entry under Args, in one line each.
    """

    summary: str = ""
    body: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def docstring_of(cls: type) -> Docstring:
    """The docstring of a class; what its Args leave out is taken from those of its bases."""
    parsed = parse(inspect.cleandoc(cls.__doc__ or ""))
    for base in cls.__mro__[1:]:
        if base.__module__ != "builtins":
            inherited = parse(inspect.cleandoc(base.__doc__ or "")).fields
            parsed.fields = {**inherited, **parsed.fields}
    return parsed


def parse(text: str) -> Docstring:
    """A docstring without the indentation that it has in the code."""
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
    """name: text, where deeper lines go on with the text."""
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
