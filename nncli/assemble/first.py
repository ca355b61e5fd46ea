"""Layers that take the numbers of the data themselves, such as whole numbers to look up: they come first, unscaled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nncli.core.builder import failed
from nncli.core.errors import Path, Problem
from nncli.nn.input_check import input_check
from nncli.nn.layer import InputCheck, Layer
from nncli.nn.layers.sequential import Sequential


def first_input_check(layers: Sequence[Any]) -> InputCheck | None:
    """What looks for rows that the first layer cannot take; None where there is nothing to look for.

    Args:
        layers: in order, FAILED where one could not be built.
    """
    return input_check(layers[0]) if layers and not failed(layers[0]) else None


def check_first(layers: Sequence[Any], scaler: Any) -> Iterator[Problem]:
    """Layers that take the data themselves, but come after others or get scaled data.

    Args:
        layers: in order, FAILED where one could not be built.
        scaler: of the inputs; None where it is not known.
    """
    yield from _misplaced(layers, ("model",), at_start=True)
    if scaler is not None and scaler.type_name != "none" and first_input_check(layers) is not None:
        name = next(_takers(layers[0])).type_name
        message = f"model.0 {name} takes the numbers of the data as they are; drop scale_inputs"
        yield Problem(("data", "scale_inputs"), message)


def _misplaced(layers: Sequence[Any], path: Path, *, at_start: bool) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        first, here = at_start and index == 0, (*path, index)
        if failed(layer) or (first and input_check(layer) is not None and not isinstance(layer, Sequential)):
            continue
        if isinstance(layer, Sequential):
            yield from _misplaced(layer.layers, (*here, "layers"), at_start=first)
        elif (taker := next(_takers(layer), None)) is not None:
            message = f"{taker.type_name} takes the numbers of the data themselves, which other layers change"
            yield Problem(here, f"{message}; put it first in model")


def _takers(layer: Layer) -> Iterator[Layer]:
    """The layers in a layer, or itself, that take the data themselves."""
    if not layer.children() and input_check(layer) is not None:
        yield layer
    for child in layer.children().values():
        yield from _takers(child)
