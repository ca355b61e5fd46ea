"""Check layers that need raw inputs, such as embeddings: they must come first and their inputs must not be scaled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.check_context import CheckContext
from nncli.assemble.load_data import first_input_check
from nncli.core.errors import Path, Problem
from nncli.core.invalid import is_invalid
from nncli.nn.input_check import input_check
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential


def check_raw_inputs(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for every layer that needs raw inputs but is not first or gets scaled inputs."""
    layers, data = context.draft.layers, context.draft.data
    yield from _misplaced(layers, ("model",), at_start=True)
    if data is not None and data.scale_inputs.type_name != "none" and first_input_check(layers) is not None:
        name = next(_needing_raw_inputs(layers[0])).type_name
        message = f"model.0 {name} needs the unscaled numbers of the data; drop scale_inputs"
        yield Problem(("data", "scale_inputs"), message)


def _misplaced(layers: Sequence[Any], path: Path, *, at_start: bool) -> Iterator[Problem]:
    """Yield a problem for every layer that needs raw inputs and is not the first layer of the model."""
    for index, layer in enumerate(layers):
        first, here = at_start and index == 0, (*path, index)
        if is_invalid(layer) or (first and input_check(layer) is not None and not isinstance(layer, Sequential)):
            continue
        if isinstance(layer, Sequential):
            yield from _misplaced(layer.layers, (*here, "layers"), at_start=first)
        elif (found := next(_needing_raw_inputs(layer), None)) is not None:
            message = f"{found.type_name} needs the unchanged numbers of the data"
            yield Problem(here, f"{message}; put it first in model")


def _needing_raw_inputs(layer: Layer) -> Iterator[Layer]:
    """Yield every layer that needs raw inputs: this layer or layers inside it."""
    if not layer.children() and input_check(layer) is not None:
        yield layer
    for child in layer.children().values():
        yield from _needing_raw_inputs(child)
