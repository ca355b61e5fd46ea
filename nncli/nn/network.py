"""A model bound to its parameters, and the passes that compute outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nncli.core.types import Array, FloatDType, Shape
from nncli.nn.containers import shapes_in_order
from nncli.nn.context import Context, PassState
from nncli.nn.fusion.fused_operator import FusedOperator
from nncli.nn.fusion.reorder import reorder
from nncli.nn.fusion.rewrite import fuse
from nncli.nn.layer import Backward, Layer, Tree
from nncli.nn.layers.sequential import Sequential
from nncli.nn.parameters import ParameterLayout


class Network:
    """A model with one vector of parameters.

    Args:
        model: the layers, with all initializers filled in.
        input_shape: shape of one input row.
        dtype: dtype of the parameters and of all computations.
        seed: seed of the initial weights; None for zeros, if the weights are set later.

    Raises:
        ShapeError: if a layer does not fit its input.
    """

    def __init__(self, model: Sequential, input_shape: Shape, dtype: FloatDType, seed: int | None) -> None:
        self.model = model
        self.dtype = dtype
        self.shapes = model.shapes(input_shape)
        self.layout = ParameterLayout(model.parameters(input_shape), dtype)
        self.vector = self.layout.initial(seed)
        self.tree = self.layout.views(self.vector)

    @property
    def input_shape(self) -> Shape:
        """Shape of one input row."""
        return self.shapes[0]

    def named(self) -> dict[str, Array]:
        """Return views of all parameters by name."""
        return self.layout.named(self.vector)


class BoundLayer(NamedTuple):
    """A layer's forward function, with its parameters, context and gradients."""

    forward: Callable[[Tree, Array, Context], tuple[Array, Backward]]
    p: Tree
    ctx: Context
    g: Tree
    name: str  # INDEX.TYPE


class Pass:
    """Forward and backward passes of a network on one thread, with a gradient vector of their own.

    The layers are bound to their parameters once, so that a pass is a loop over a flat list.

    Args:
        network: the network.
        depth: number of layers to run, counted from the first.
        input_gradient: whether backward returns the gradient of the network's input.
    """

    def __init__(self, network: Network, depth: int, *, input_gradient: bool = False) -> None:
        self.pass_state = PassState()
        self.gradient = np.zeros(network.layout.size, network.dtype)
        gradients = network.layout.views(self.gradient)
        bound = []
        wanted, index = input_gradient, 0
        for name, layer in list(network.model.children().items())[:depth]:
            context, index = _context(layer, index, self.pass_state, wanted)
            bound.append(BoundLayer(layer.forward, network.tree[name], context, gradients[name], name))
            wanted = wanted or _has_parameters(network.tree[name])  # backward stops at the first layer with parameters
        layers = network.model.layers[:depth]
        order = reorder(layers)
        self.bound = [bound[number] for number in order]
        self._network, self._layers = network, [layers[number] for number in order]

    def forward(self, x: Array) -> tuple[Array, list[Backward]]:
        """Return the output, and the backward function of every layer."""
        backwards = []
        for forward, p, ctx, _, _ in self.bound:
            x, backward = forward(p, x, ctx)
            backwards.append(backward)
        return x, backwards

    def output(self, x: Array) -> Array:
        """Return the output alone, computed with fused operators, for passes without backward."""
        for operator, (forward, p, ctx, _, _) in self._operators:
            x = forward(p, x, ctx)[0] if operator is None else operator.compute(p, x)
        return x

    @cached_property
    def _operators(self) -> list[tuple[FusedOperator | None, BoundLayer]]:
        """(operator, first layer replaced) for every fused operator, and (None, layer) for every other layer."""
        shapes = shapes_in_order(self._layers, self._network.input_shape)
        return [(operator, self.bound[index]) for index, operator in fuse(self._layers, shapes, self._network.dtype)]

    def backward(self, dy: Array, backwards: list[Backward]) -> Array | None:
        """Assign `gradient`, and return the gradient of the input if `input_gradient` is set, otherwise None."""
        gradient: Array | None = dy
        for backward, (_, _, _, g, _) in zip(reversed(backwards), reversed(self.bound), strict=True):
            if gradient is None:
                break
            gradient = backward(gradient, g)
        return gradient

    def first_nonfinite_layer(self, x: Array) -> str | None:
        """Return the name (INDEX.TYPE) of the first layer whose output is not finite, or None."""
        for forward, p, ctx, _, name in self.bound:
            x = forward(p, x, ctx)[0]
            if not np.isfinite(x).all():
                return name
        return None


def _has_parameters(tree: Tree) -> bool:
    return any(_has_parameters(item) if isinstance(item, dict) else True for item in tree.values())


def _context(layer: Layer, index: int, pass_state: PassState, input_gradient: bool) -> tuple[Context, int]:
    """Return the context of a layer, including those of its inner layers, and the next free index (depth first)."""
    own, index = index, index + 1
    children: dict[str, Context] = {}
    for name, child in layer.children().items():
        # inside a container, every layer except the first returns the gradient of its input
        children[name], index = _context(child, index, pass_state, input_gradient or bool(children))
    return Context(own, pass_state, input_gradient, children), index
