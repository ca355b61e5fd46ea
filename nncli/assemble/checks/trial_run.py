"""Run layers from plugins forward and backward with two rows, and check what they return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nncli.assemble.user_code import error_location
from nncli.core.checked import registered_in
from nncli.core.errors import NncliError, Path, Problem
from nncli.core.fields import is_user_defined
from nncli.core.types import Array, FloatDType
from nncli.core.value_text import format_value
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.nn.network import Network, Pass

ROWS = 2


def try_layers(
    layers: Sequence[Layer], inputs: Array, dtype: FloatDType, path: Path = ("model",), *, trained: bool = False
) -> Iterator[Problem]:
    """Run the layers on two rows, and yield the problem of the first plugin layer that fails.

    Args:
        layers: the layers in order, with every default filled in and matching shapes.
        inputs: (n, *input shape) inputs of the first layer; only the first two rows are used.
        dtype: data type of parameters and computations.
        path: path of the layers in the config.
        trained: whether a layer before these has parameters, so that the gradient of the inputs is needed.
    """
    x = inputs[:ROWS].copy()  # the array may belong to the user, and a faulty layer may change it
    for index, layer in enumerate(layers):
        if isinstance(layer, Sequential):
            inside = list(try_layers(layer.layers, x, dtype, (*path, index, "layers"), trained=trained))
            if inside:
                yield from inside
                return
        own = {type(thing).__module__ for thing in registered_in(layer) if is_user_defined(type(thing))}
        try:
            network = Network(Sequential(layers=(layer,)), x.shape[1:], dtype, 0)
            fault = _fault(network, x, input_gradient=trained) if own and not isinstance(layer, Sequential) else None
            output = Pass(network, 1).output(x)
        except (Exception, SystemExit) as error:  # user code may raise anything
            if not own:
                raise
            message = str(error) if isinstance(error, NncliError) else f"{type(error).__name__}: {error}"
            fault = f"{error_location(error.__traceback__, own)}{message}"
        if fault:
            yield Problem((*path, index), f"a trial run of {layer.type_name} fails: {fault}")
            return
        x, trained = output, trained or network.layout.size > 0


def _fault(network: Network, x: Array, *, input_gradient: bool) -> str | None:
    """Return what is wrong with a layer, or None.

    Args:
        network: a network that consists of this layer only.
        x: (n, *input shape) inputs.
        input_gradient: whether the gradient of the inputs is needed.
    """
    trial = Pass(network, 1, input_gradient=input_gradient)
    before, parameters = x.copy(), network.vector.copy()
    trial.pass_state.training = True
    ((forward, p, context, _, _),) = trial.bound
    expected = (len(x), *network.shapes[-1])
    gradients = []
    dx: Any = None
    for filling in (0, 1):  # if backward only adds to an entry, or skips it, the result depends on this value
        given: Any = forward(p, x, context)
        if not isinstance(given, tuple) or len(given) != 2 or not callable(given[1]):
            return "forward has to return the outputs and a function that computes the gradients: return y, backward"
        y, backward = given
        if getattr(y, "shape", None) != expected:
            found = f"rows of {y.shape[1:]}" if getattr(y, "shape", ())[:1] == (len(x),) else format_value(y)
            return f"output_shape says {expected[1:]}, but forward returns {found}"
        if y.dtype != network.dtype:
            return f"forward returns {y.dtype} instead of {network.dtype}; use x.dtype"
        trial.gradient.fill(filling)
        dx = trial.backward(np.ones(expected, network.dtype), [backward])
        gradients.append(trial.gradient.copy())
    if (x != before).any() or (network.vector != parameters).any():
        return "forward and backward must not change x or p"
    if input_gradient and getattr(dx, "shape", None) != x.shape:
        found = getattr(dx, "shape", type(dx).__name__)
        return f"backward has to return the gradient of x, with the shape of x; got {found}"
    first, second = (network.layout.named(gradient) for gradient in gradients)
    for name, gradient in first.items():
        if not np.array_equal(gradient, second[name], equal_nan=True):
            return f"backward has to assign every entry of g[{name.rpartition('.')[2]!r}]"
    return None
