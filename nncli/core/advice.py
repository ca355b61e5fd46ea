"""Advice on unknown keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nncli.core.annotations import is_checked, options_of
from nncli.core.errors import Path
from nncli.core.fields import Fields, field_types
from nncli.core.foreign_names import foreign_keys
from nncli.core.spelling import nearest, suggestion
from nncli.core.text_format import truncate


def advice(name: str, cls: type[Fields], path: Path) -> str:
    """Return what to do about an unknown key, as the end of a message that names it.

    Args:
        name: the key.
        cls: the class that does not have it.
        path: path of the mapping that has the key.
    """
    known = field_types(cls)
    if (known_as := foreign_keys(cls).get(name)) is not None:
        return f": {known_as}"
    if not known:
        return ", which has no keys"
    for place, inner in _below(cls):
        if name in field_types(inner):
            under = ".".join(map(str, (*path, *place)))
            return f"; it belongs under {under}, as {under}.{name}"
    return colon(name) or suggestion(name, known)


def named_by(name: str, cls: type[Fields]) -> set[str]:
    """Return the fields that an unknown key was likely meant to be: those that the advice on it names."""
    if (known_as := foreign_keys(cls).get(name)) is not None:  # whole words, not parts of a path
        return set(re.findall(r"(?<![\w.])\w+(?![\w.])", known_as)) & set(field_types(cls))
    match = nearest(name, field_types(cls))
    return set() if match is None else {match}


def colon(key: str) -> str:
    """Return advice on a missing space in `key:value`, which YAML reads as one word, or ""."""
    joined = ":" in key.strip(":") and " " not in key
    return f"; a space is missing after the colon in {truncate(key)!r}" if joined else ""


def _below(cls: type[Fields]) -> Iterator[tuple[Path, type[Fields]]]:
    """Yield the plain classes of a class's fields, and the paths that lead to them, nearest first."""
    waiting: list[tuple[Path, type[Fields]]] = [((), cls)]
    for path, outer in waiting:
        for key, annotation in field_types(outer).items():
            waiting += [((*path, key), option) for option in options_of(annotation) if is_checked(option)]
    yield from waiting[1:]
