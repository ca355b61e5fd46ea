"""Advise what to do about an unknown key of a config."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nncli.core.annotations import is_fields_class, union_members
from nncli.core.errors import Path
from nncli.core.fields import Fields, field_types
from nncli.core.foreign_names import foreign_keys
from nncli.core.spelling import nearest, suggestion
from nncli.core.text_format import truncate


def unknown_key_advice(name: str, cls: type[Fields], path: Path) -> str:
    """Return what to do about an unknown key, as the end of a message that names it.

    Args:
        name: the key.
        cls: the class that does not have it.
        path: path of the mapping that has the key.
    """
    known = field_types(cls)
    if (foreign := foreign_keys(cls).get(name)) is not None:
        return f": {foreign}"
    if not known:
        return ", which has no keys"
    for place, inner in _nested_classes(cls):
        if name in field_types(inner):
            under = ".".join(map(str, (*path, *place)))
            return f"; it belongs under {under}, as {under}.{name}"
    return missing_space_advice(name) or suggestion(name, known)


def likely_fields(name: str, cls: type[Fields]) -> set[str]:
    """Return the fields that an unknown key was likely meant to be: those that `unknown_key_advice` names."""
    if (foreign := foreign_keys(cls).get(name)) is not None:  # only whole words of the advice, not parts of a path
        return set(re.findall(r"(?<![\w.])\w+(?![\w.])", foreign)) & set(field_types(cls))
    match = nearest(name, field_types(cls))
    return set() if match is None else {match}


def missing_space_advice(key: str) -> str:
    """Return advice for `key:value` without a space, which YAML reads as one word; "" for other keys."""
    joined = ":" in key.strip(":") and " " not in key
    return f"; a space is missing after the colon in {truncate(key)!r}" if joined else ""


def _nested_classes(cls: type[Fields]) -> Iterator[tuple[Path, type[Fields]]]:
    """Yield the unregistered classes nested in the fields of a class, with the path of each; breadth first."""
    waiting: list[tuple[Path, type[Fields]]] = [((), cls)]
    for path, outer in waiting:
        for key, annotation in field_types(outer).items():
            waiting += [((*path, key), option) for option in union_members(annotation) if is_fields_class(option)]
    yield from waiting[1:]
