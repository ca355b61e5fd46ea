"""Layers that do not accept the shape that they get."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.subject import Subject
from nncli.core.errors import Problem


def check_layers(subject: Subject) -> Iterator[Problem]:
    """Every layer that does not fit the rows of the data or the layer before it."""
    yield from subject.layer_shapes[1]
