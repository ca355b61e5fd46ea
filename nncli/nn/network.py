"""A model bound to its parameters: what computes outputs and gradients."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from nncli.core.types import Array, FloatDType, Shape
from nncli.nn.containers import shapes_in_order
from nncli.nn.fused import InOneGo, in_one_go, in_order_of_work
from nncli.nn.layer import Backward, Context, Layer, Moment, Tree
from nncli.nn.layers.sequential import Sequential
from nncli.nn.parameters import ParameterLayout


class Network:
    """A model with one vector of parameters.

    Args:
        model: the layers, every initializer filled.
        input_shape: of one row.
        dtype: of parameters and of everything computed.
        seed: of the initial values; None for zeros, where weights come from elsewhere.

    Raises:
        ShapeError: where a layer does not fit what comes before it.
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
        """Of one row."""
        return self.shapes[0]

    def named(self) -> dict[str, Array]:
        """Views of all parameters by name."""
        return self.layout.named(self.vector)


class Pass:
    """A network with a gradient vector of its own: what one thread needs to compute.

    The layers are walked once here, so that a pass is a loop over a flat list.

    Args:
        network: whose parameters are read.
        depth: how many of its layers to run, from the first.
        input_gradient: whether backward gives the gradient of the network's input.
    """

    def __init__(self, network: Network, depth: int, *, input_gradient: bool = False) -> None:
        self.moment = Moment()
        self.gradient = np.zeros(network.layout.size, network.dtype)
        gradients = network.layout.views(self.gradient)
        self.bound = []
        wanted, index = input_gradient, 0
        for name, layer in list(network.model.children().items())[:depth]:
            context, index = _context(layer, index, self.moment, wanted)
            self.bound.append((layer.forward, network.tree[name], context, gradients[name], name))
            wanted = wanted or _has_arrays(network.tree[name])  # backward stops at the first layer with parameters
        layers = network.model.layers[:depth]
        order = in_order_of_work(layers)
        self.bound = [self.bound[number] for number in order]
        self._network, self._layers = network, [layers[number] for number in order]

    def forward(self, x: Array) -> tuple[Array, list[Backward]]:
        """The outputs, and the backward functions of the layers."""
        backwards = []
        for forward, p, ctx, _, _ in self.bound:
            x, backward = forward(p, x, ctx)
            backwards.append(backward)
        return x, backwards

    def output(self, x: Array) -> Array:
        """The outputs alone; what backward would need is let go at once, or not made at all."""
        for compute, bound in self._steps:
            y = None if compute is None else compute(bound[0][1], x)
            if y is None:
                for forward, p, ctx, _, _ in bound:
                    x = forward(p, x, ctx)[0]
            else:
                x = y
        return x

    @cached_property
    def _steps(self) -> list[tuple[InOneGo | None, list[Any]]]:
        """What computes some layers in one go, or None, and these layers."""
        layers, steps, index = self._layers, [], 0
        shapes = shapes_in_order(layers, self._network.input_shape)
        while index < len(layers):
            count, compute = in_one_go(layers[index:], shapes[index:], self._network.dtype) or (1, None)
            steps.append((compute, self.bound[index : index + count]))
            index += count
        return steps

    def backward(self, dy: Array, backwards: list[Backward]) -> Array | None:
        """Assigns `gradient` and returns the gradient of the input where it is wanted."""
        gradient: Array | None = dy
        for backward, (_, _, _, g, _) in zip(reversed(backwards), reversed(self.bound), strict=True):
            if gradient is None:
                break
            gradient = backward(gradient, g)
        return gradient

    def first_nonfinite_layer(self, x: Array) -> str | None:
        """The first layer whose output is not finite, as INDEX.TYPE."""
        for forward, p, ctx, _, name in self.bound:
            x = forward(p, x, ctx)[0]
            if not np.isfinite(x).all():
                return name
        return None


def _has_arrays(tree: Tree) -> bool:
    return any(_has_arrays(item) if isinstance(item, dict) else True for item in tree.values())


def _context(layer: Layer, index: int, moment: Moment, input_gradient: bool) -> tuple[Context, int]:
    """The context of a layer and, depth first, of the layers inside it; and the next free number."""
    own, index = index, index + 1
    children: dict[str, Context] = {}
    for name, child in layer.children().items():
        # inside a container every gradient is wanted but for the first layer's
        children[name], index = _context(child, index, moment, input_gradient or bool(children))
    return Context(own, moment, input_gradient, children), index
