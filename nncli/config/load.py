"""From a document to a spec, with every problem found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nncli.config.document import Document
from nncli.config.spec import Spec
from nncli.core.builder import Builder, failed
from nncli.core.errors import Problem
from nncli.core.value_text import format_value


@dataclass
class Draft:
    """What could be built of a config.

    Args:
        parts: every field of the spec that was given, FAILED where it could not be built.
        spec: the whole, where nothing failed.
        problems: what is wrong, not located yet.
    """

    parts: dict[str, Any]
    spec: Spec | None
    problems: list[Problem]


def draft(document: Document) -> Draft:
    """Checks everything that the config says by itself, without looking at the data."""
    if failed(document.value):
        return Draft({}, None, document.problems)
    if not isinstance(document.value, dict):
        message = f"expected a mapping with data, model, loss and optimizer; got {format_value(document.value)}"
        return Draft({}, None, [*document.problems, Problem((), message)])
    builder = Builder(document.absolute)
    parts = builder.fields(Spec, document.value, ())
    spec = None
    if not builder.problems and not document.problems:
        made = builder.make(Spec, document.value, ())
        spec = made if isinstance(made, Spec) else None
    return Draft(parts, spec, [*document.problems, *builder.problems])
