"""A trial run of a user's own layers: two rows forward and backward, before anything depends on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nncli.assemble.user_code import place_in
from nncli.core.checked import registered_in
from nncli.core.errors import NncliError, Path, Problem
from nncli.core.fields import is_foreign
from nncli.core.types import Array, FloatDType
from nncli.core.value_text import format_value
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.nn.network import Network, Pass

ROWS = 2


def try_layers(
    layers: Sequence[Layer], inputs: Array, dtype: FloatDType, path: Path = ("model",), *, trained: bool = False
) -> Iterator[Problem]:
    """What is wrong with a user's own layers, as far as two rows show it.

    Args:
        layers: in order, every default written; they fit one another.
        inputs: (n, *) the input of the first layer; two rows are used.
        dtype: of parameters and computations.
        path: of the layers in the config.
        trained: whether a layer before them has parameters, so that the gradient of the inputs is needed.
    """
    x = inputs[:ROWS].copy()  # they may be the user's own array
    for index, layer in enumerate(layers):
        if isinstance(layer, Sequential):
            inside = list(try_layers(layer.layers, x, dtype, (*path, index, "layers"), trained=trained))
            if inside:
                yield from inside
                return
        own = {type(thing).__module__ for thing in registered_in(layer) if is_foreign(type(thing))}
        try:
            network = Network(Sequential(layers=(layer,)), x.shape[1:], dtype, 0)
            fault = _fault(network, x, wanted=trained) if own and not isinstance(layer, Sequential) else None
            output = Pass(network, 1).output(x)
        except (Exception, SystemExit) as error:  # a user's code may raise anything
            if not own:
                raise
            message = str(error) if isinstance(error, NncliError) else f"{type(error).__name__}: {error}"
            fault = f"{place_in(error.__traceback__, own)}{message}"
        if fault:
            yield Problem((*path, index), f"a trial run of {layer.type_name} fails: {fault}")
            return
        x, trained = output, trained or network.layout.size > 0


def _fault(network: Network, x: Array, *, wanted: bool) -> str | None:
    """What is wrong with the only layer of a network, or None.

    Args:
        network: of that layer alone.
        x: its inputs.
        wanted: whether their gradient is needed.
    """
    trial = Pass(network, 1, input_gradient=wanted)
    before, parameters = x.copy(), network.vector.copy()
    trial.pass_state.training = True
    ((forward, p, context, _, _),) = trial.bound
    expected = (len(x), *network.shapes[-1])
    gradients = []
    dx: Any = None
    for filling in (0, 1):  # an entry that is not assigned keeps this value, one that is added to differs by it
        given: Any = forward(p, x, context)
        if not isinstance(given, tuple) or len(given) != 2 or not callable(given[1]):
            return "forward has to return the outputs and a function that takes their gradient back: return y, backward"
        y, backward = given
        if getattr(y, "shape", None) != expected:
            found = f"rows of {y.shape[1:]}" if getattr(y, "shape", ())[:1] == (len(x),) else format_value(y)
            return f"output_shape says {expected[1:]}, but forward gives {found}"
        if y.dtype != network.dtype:
            return f"forward gives {y.dtype} for {network.dtype}; keep to x.dtype"
        trial.gradient.fill(filling)
        dx = trial.backward(np.ones(expected, network.dtype), [backward])
        gradients.append(trial.gradient.copy())
    if (x != before).any() or (network.vector != parameters).any():
        return "forward and backward may change neither x nor p"
    if wanted and getattr(dx, "shape", None) != x.shape:
        return f"backward has to give the gradient of x, of its shape; got {getattr(dx, 'shape', type(dx).__name__)}"
    first, second = (network.layout.named(gradient) for gradient in gradients)
    for name, gradient in first.items():
        if not np.array_equal(gradient, second[name], equal_nan=True):
            return f"backward has to assign every entry of g[{name.rpartition('.')[2]!r}]"
    return None
