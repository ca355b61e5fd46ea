"""Choose the member of a union that a value of a config belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nncli.core.annotations import is_fields_class, literal_values, split_annotation
from nncli.core.fields import required_fields
from nncli.core.spelling import nearest


def is_registered_name(structured: Sequence[Any], annotation: Any, value: Any) -> bool:
    """Return whether a value is a registered name, possibly misspelt, and not one of the union's literal values.

    Args:
        structured: the members of the union that are classes or registries.
        annotation: the union.
        value: the value.
    """
    registries = [registry for member in structured if (registry := split_annotation(member)[1]) is not None]
    if not isinstance(value, str) or value in literal_values(annotation):
        return False
    return any(registry.find(value) or nearest(value, registry.all_names()) for registry in registries)


def choose_member(members: Sequence[Any], value: Any) -> Any:
    """Choose the union member that a value belongs to: the class that requires one of its keys, otherwise the registry.

    Misspelt keys count only if neither matches exactly.

    Args:
        members: unregistered classes and one registry.
        value: the value.
    """
    keys = [str(key) for key in value] if isinstance(value, Mapping) else []
    classes = [member for member in members if is_fields_class(member)]
    exact = next((member for member in classes if set(required_fields(member)) & set(keys)), None)
    if exact is not None:
        return exact
    registered = next(member for member in members if not is_fields_class(member))
    registry = split_annotation(registered)[1]
    if "type" in keys or registry is None or (keys and registry.find_by_keys(value) is not None):
        return registered
    misspelt = (member for member in classes if any(nearest(key, required_fields(member)) for key in keys))
    return next(misspelt, registered)
