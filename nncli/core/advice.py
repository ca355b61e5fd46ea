"""What to do about a key that a class does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nncli.core.annotations import is_checked, options_of
from nncli.core.errors import Path
from nncli.core.fields import Checked, field_types
from nncli.core.spelling import nearest, suggestion
from nncli.core.text_format import truncate


def advice(name: str, cls: type[Checked], path: Path) -> str:
    """What follows the name of the key.

    Args:
        name: the key.
        cls: does not have it.
        path: the keys that lead to the mapping in which it stands.
    """
    known = field_types(cls)
    if name in cls.stray_keys:
        return f": {cls.stray_keys[name]}"
    if not known:
        return ", which has no keys"
    for place, inner in _below(cls):
        if name in field_types(inner):
            under = ".".join(map(str, (*path, *place)))
            return f"; it belongs under {under}, as {under}.{name}"
    return colon(name) or suggestion(name, known)


def named_by(name: str, cls: type[Checked]) -> set[str]:
    """The fields that were meant by a key that the class does not have: those that its advice names."""
    if name in cls.stray_keys:  # as words of their own, not as parts of a path
        return set(re.findall(r"(?<![\w.])\w+(?![\w.])", cls.stray_keys[name])) & set(field_types(cls))
    match = nearest(name, field_types(cls))
    return set() if match is None else {match}


def colon(key: str) -> str:
    """What to do where a space is missing in `key:value`, which YAML reads as one word."""
    joined = ":" in key.strip(":") and " " not in key
    return f"; a space is missing after the colon in {truncate(key)!r}" if joined else ""


def _below(cls: type[Checked]) -> Iterator[tuple[Path, type[Checked]]]:
    """The plain classes of a class's fields and the keys that lead to them, those nearest first."""
    waiting: list[tuple[Path, type[Checked]]] = [((), cls)]
    for path, outer in waiting:
        for key, annotation in field_types(outer).items():
            waiting += [((*path, key), option) for option in options_of(annotation) if is_checked(option)]
    yield from waiting[1:]
