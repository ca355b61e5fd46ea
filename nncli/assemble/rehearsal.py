"""A trial run of layers that are not nncli's own: two rows forward and back, before anything depends on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from nncli.core.describe import show
from nncli.core.errors import NncliError, Path, Problem
from nncli.core.fields import is_foreign, registered_in
from nncli.core.randomness import generator
from nncli.core.types import FloatDType, Shape
from nncli.nn.layer import Layer
from nncli.nn.network import Network, Pass
from nncli.nn.sequential import Sequential, fill_initializers

ROWS = 2


def rehearse(
    layers: Sequence[Layer], input_shape: Shape, dtype: FloatDType, path: Path = ("model",)
) -> Iterator[Problem]:
    """What is wrong with the layers of a user's own, as far as two rows show it.

    Args:
        layers: in order; they fit one another.
        input_shape: of one row.
        dtype: of parameters and inputs.
        path: where the layers stand in the config.
    """
    shape = input_shape
    for index, layer in enumerate(fill_initializers(layers)):
        inside = getattr(layer, "layers", None)
        if isinstance(inside, tuple):
            yield from rehearse(inside, shape, dtype, (*path, index, "layers"))
        elif own := {type(thing).__module__ for thing in registered_in(layer) if is_foreign(type(thing))}:
            try:
                fault = _fault(layer, shape, dtype)
            except NncliError as error:
                fault = str(error)
            except Exception as error:  # a user's code may raise anything
                fault = f"{_place(error.__traceback__, own)}{type(error).__name__}: {error}"
            if fault:
                yield Problem((*path, index), f"a trial run of {layer.type_name} fails: {fault}")
        shape = layer.output_shape(shape)


def _fault(layer: Layer, shape: Shape, dtype: FloatDType) -> str | None:
    network = Network(Sequential(layers=(layer,)), shape, dtype, 0)
    trial = Pass(network, 1, input_gradient=True)
    x = generator(0, "rehearsal").standard_normal((ROWS, *shape)).astype(dtype)
    before, parameters = x.copy(), network.vector.copy()
    trial.moment.training = True
    ((forward, p, context, _, _),) = trial.bound
    given: Any = forward(p, x, context)
    if not isinstance(given, tuple) or len(given) != 2 or not callable(given[1]):
        return (
            "forward has to return the outputs and a function that takes their gradient back, as `return y, backward`"
        )
    y, backward = given
    expected = (ROWS, *network.shapes[-1])
    if getattr(y, "shape", None) != expected:
        found = f"rows of {y.shape[1:]}" if getattr(y, "shape", ())[:1] == (ROWS,) else show(y)
        return f"output_shape says {expected[1:]}, but forward gives {found}"
    if y.dtype != dtype:
        return f"forward gives {y.dtype} for {dtype}; keep to x.dtype"
    trial.gradient.fill(np.nan)
    dx = trial.backward(np.ones(expected, dtype), [backward])
    if (x != before).any() or (network.vector != parameters).any():
        return "forward and backward may change neither x nor p"
    if getattr(dx, "shape", None) != x.shape:
        return f"backward has to give the gradient of x, of its shape; got {getattr(dx, 'shape', type(dx).__name__)}"
    for name, gradient in network.layout.named(trial.gradient).items():
        if np.isnan(gradient).any():
            return f"backward has to assign every entry of g[{name.rpartition('.')[2]!r}]"
    return None


def _place(traceback: TracebackType | None, modules: set[str]) -> str:
    """FILE:LINE of the innermost line of these modules, or nothing."""
    files = {os.path.abspath(getattr(sys.modules.get(module), "__file__", None) or "") for module in modules}
    place = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if os.path.abspath(file) in files:
            place = f"{file}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return place
