"""Explain a mapping without `type` whose keys do not show what it describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nncli.core.errors import Path, Problem
from nncli.core.fields import field_types
from nncli.core.registry import Registry
from nncli.core.spelling import nearest
from nncli.core.text_format import truncate
from nncli.core.unknown_keys import missing_space_advice
from nncli.core.value_text import format_value


def missing_type_problem(registry: Registry, values: Mapping[str, Any], path: Path) -> Problem:
    """Return the problem of a mapping without `type` that no class of a registry claims.

    Args:
        registry: the registry of the class that the mapping should describe.
        values: the mapping.
        path: the path of the mapping in the config.
    """
    given = values.get("path", ".")
    if registry.example and not (isinstance(given, str) and given):
        return Problem((*path, "path"), f"expected the name of a file or of a folder; got {format_value(given)}")
    for name in values:
        if missing_space_advice(name):
            return Problem((*path, name), missing_space_advice(name).removeprefix("; "), "key")
    known = {"type", *(key for cls in registry if cls.listed for key in field_types(cls))}
    for name in values:
        if name not in known and registry.find(name) is None and (match := nearest(name, known)):
            message = f"unknown key {truncate(name)!r} for {registry.with_article}; did you mean {match!r}?"
            return Problem((*path, name), message, "key")
    inside = next((name for name in values if registry.find(name) is not None), None)
    if inside is None and registry.paths and "path" in values:
        return Problem((*path, "path"), f"expected {registry.paths}, or type: beside it; got {format_value(given)}")
    if inside is None and registry.example:
        return Problem(path, f"expected {registry.example}; got {format_value(dict(values))}")
    hint = f"; write {{type: {inside}, ...}} with its keys beside it" if inside else ""
    return Problem(path, f"this {registry.kind} needs the key 'type', one of {registry.listing()}{hint}")
