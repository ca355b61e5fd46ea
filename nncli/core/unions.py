"""Choose the member of a union that a value of a config is meant for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nncli.core.annotations import inner_and_registry, is_checked, literals
from nncli.core.fields import required
from nncli.core.spelling import nearest


def is_registered_name(structured: Sequence[Any], annotation: Any, value: Any) -> bool:
    """Whether a text is the name of something registered, or close to one, and not one of the union's own words.

    Args:
        structured: the members of the union that are classes or registries.
        annotation: the union.
        value: what came.
    """
    registries = [registry for option in structured if (registry := inner_and_registry(option)[1]) is not None]
    if not isinstance(value, str) or value in literals(annotation):
        return False
    return any(registry.find(value) or nearest(value, registry.all_names()) for registry in registries)


def choose_member(options: Sequence[Any], value: Any) -> Any:
    """Choose the union member whose keys match: the plain class with a required key in the mapping, or the registry.

    Args:
        options: plain classes and one registry.
        value: what came.
    """
    keys = [str(key) for key in value] if isinstance(value, Mapping) else []
    plain = [option for option in options if is_checked(option)]
    exact = next((option for option in plain if set(required(option)) & set(keys)), None)
    if exact is not None:
        return exact
    registered = next(option for option in options if not is_checked(option))
    registry = inner_and_registry(registered)[1]
    if "type" in keys or registry is None or (keys and registry.claiming(value) is not None):
        return registered
    misspelt = (option for option in plain if any(nearest(key, required(option)) for key in keys))
    return next(misspelt, registered)
