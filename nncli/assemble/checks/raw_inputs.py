"""Layers that take the numbers of the data as they are, such as embeddings: they come first, with unscaled inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.load_data import first_input_check
from nncli.assemble.subject import Subject
from nncli.core.errors import Path, Problem
from nncli.core.invalid import is_invalid
from nncli.nn.input_check import input_check
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential


def check_raw_inputs(subject: Subject) -> Iterator[Problem]:
    """Layers that take the data as they are, but come after other layers or get scaled inputs."""
    layers, data = subject.draft.layers, subject.draft.data
    yield from _misplaced(layers, ("model",), at_start=True)
    if data is not None and data.scale_inputs.type_name != "none" and first_input_check(layers) is not None:
        name = next(_taking_raw_inputs(layers[0])).type_name
        message = f"model.0 {name} takes the numbers of the data as they are; drop scale_inputs"
        yield Problem(("data", "scale_inputs"), message)


def _misplaced(layers: Sequence[Any], path: Path, *, at_start: bool) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        first, here = at_start and index == 0, (*path, index)
        if is_invalid(layer) or (first and input_check(layer) is not None and not isinstance(layer, Sequential)):
            continue
        if isinstance(layer, Sequential):
            yield from _misplaced(layer.layers, (*here, "layers"), at_start=first)
        elif (found := next(_taking_raw_inputs(layer), None)) is not None:
            message = f"{found.type_name} takes the numbers of the data themselves, which other layers change"
            yield Problem(here, f"{message}; put it first in model")


def _taking_raw_inputs(layer: Layer) -> Iterator[Layer]:
    """The layer or the layers inside of it that take the data as they are."""
    if not layer.children() and input_check(layer) is not None:
        yield layer
    for child in layer.children().values():
        yield from _taking_raw_inputs(child)
