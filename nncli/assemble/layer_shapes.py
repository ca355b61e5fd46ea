"""Infer the output shape of every layer, and report layers that do not accept their input shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nncli.assemble.probe_shapes import constant_output_shape
from nncli.assemble.shape_hints import suggest_fix
from nncli.assemble.user_code import error_location
from nncli.core.errors import Path, Problem, ShapeError
from nncli.core.fields import is_user_defined
from nncli.core.invalid import is_invalid
from nncli.core.types import Shape
from nncli.nn.layers.sequential import Sequential
from nncli.nn.shape_advice import batch_size_fault


def output_shape_of(layers: Sequence[Any], input_shape: Shape | None) -> Shape | None:
    """Return the output shape of a sequence of layers; None if it is not known."""
    return follow_shapes(layers, input_shape, [])


def follow_shapes(
    layers: Sequence[Any],
    input_shape: Shape | None,
    problems: list[Problem],
    path: Path = ("model",),
    before: str = "the rows of the data have the shape",
    batch_size: int | None = None,
) -> Shape | None:
    """Return the output shape of a sequence of layers, None if it is not known; report layers that do not fit.

    Args:
        layers: the layers in order; those that could not be built are Invalid.
        input_shape: shape of one row, or None if it is not known.
        problems: receives a problem for every layer that does not accept its input shape.
        path: path of the layers in the config.
        before: words that messages put before the input shape.
        batch_size: rows per batch, or None if it is not known.
    """
    shape, shapes = input_shape, []
    for index, layer in enumerate(layers):
        here = (*path, index)
        shapes.append(shape)
        if is_invalid(layer):
            shape, before = None, ""
            continue
        known = len(problems)
        for name in layer.in_order:
            inside = follow_shapes(getattr(layer, name), shape, problems, (*here, name), before, batch_size)
        if isinstance(layer, Sequential):
            shape = inside
        elif len(problems) > known:
            shape = None
        elif shape is None:
            shape = constant_output_shape(layer)
        else:
            try:
                if batch_size is not None and (fault := batch_size_fault(layer, shape, batch_size)):
                    problems.append(Problem(here, fault))
                shape = layer.output_shape(shape)
            except ShapeError as error:
                message = f"{layer.type_name} {error}, but {before} {shape}"
                problems.append(Problem(here, message, hint=suggest_fix(layers[: index + 1], shapes)))
                shape = None
            except Exception as error:  # a plugin layer may raise anything
                if not is_user_defined(type(layer)):
                    raise
                fault = (
                    f"{error_location(error.__traceback__, {type(layer).__module__})}{type(error).__name__}: {error}"
                )
                problems.append(Problem(here, f"output_shape of {layer.type_name} fails for {shape}: {fault}"))
                shape = None
        before = f"{'.'.join(map(str, here))} {layer.type_name} gives"
    return shape
