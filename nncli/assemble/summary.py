"""Model summary: output shape, parameters and multiply-adds of every layer, including layers inside containers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nncli.core.fields import is_user_defined
from nncli.core.types import Shape
from nncli.nn.containers import layers_by_name
from nncli.nn.cost import multiply_adds
from nncli.nn.layer import Layer, ParameterSpec, Tree, leaves


@dataclass(frozen=True)
class LayerSummary:
    """The summary of one layer.

    Args:
        name: INDEX.TYPE, such as 0.dense, or the name of the layer in its container.
        output_shape: shape of one row of its output.
        parameters: number of its parameters, non-trainable ones and those of inner layers included.
        multiply_adds: multiply-adds of one row's forward pass.
        non_trainable: number of its parameters that are not trained, such as running statistics.
        inside: the layers of a container, and an entry for the container's own parameters; empty for other layers.
    """

    name: str
    output_shape: Shape
    parameters: int
    multiply_adds: int
    non_trainable: int = 0
    inside: tuple[LayerSummary, ...] = ()

    @property
    def trainable(self) -> int:
        """Number of its trainable parameters."""
        return self.parameters - self.non_trainable

    def flattened(self, depth: int = 0) -> Iterator[tuple[int, LayerSummary]]:
        """Yield this layer and all layers inside it, in order, each with its depth of nesting."""
        yield depth, self
        for layer in self.inside:
            yield from layer.flattened(depth + 1)


def summarize(layers: Mapping[str, Layer], input_shape: Shape) -> tuple[LayerSummary, ...]:
    """Return the summaries of layers in order.

    Args:
        layers: the layers by name, in order.
        input_shape: shape of one row of the first layer's input.

    Raises:
        ShapeError: if a layer does not accept the output of the layer before it.
    """
    found, shape = [], input_shape
    for name, layer in layers.items():
        found.append(_summary(name, layer, shape))
        shape = found[-1].output_shape
    return tuple(found)


def _summary(name: str, layer: Layer, shape: Shape) -> LayerSummary:
    tree, output = layer.parameters(shape), layer.output_shape(shape)
    parameters, non_trainable = _counts(tree)
    products = multiply_adds(layer, shape)
    inside = () if is_user_defined(type(layer)) else _inside(layer, shape)
    own = {key: item for key, item in tree.items() if isinstance(item, ParameterSpec)}
    if inside and own:  # parameters of the container itself, such as the projection of a residual block
        rest = products - sum(one.multiply_adds for one in inside)
        inside = (*inside, LayerSummary(", ".join(own), output, _counts(own)[0], rest, _counts(own)[1]))
    return LayerSummary(name, output, parameters, products, non_trainable, inside)


def _inside(layer: Layer, shape: Shape) -> tuple[LayerSummary, ...]:
    """Return the summaries of the layers in a container; parallel layers all get the container's input."""
    in_order = [layers_by_name(getattr(layer, field)) for field in layer.in_order]
    known = {name for layers in in_order for name in layers}
    others = [{name: child} for name, child in layer.children().items() if name not in known]
    return tuple(summary for layers in (*in_order, *others) for summary in summarize(layers, shape))


def _counts(tree: Tree) -> tuple[int, int]:
    """Return the number of all parameters in a tree, and of the non-trainable ones."""
    sizes = [(math.prod(spec.shape), spec.trainable) for _, spec in leaves(tree)]
    return sum(size for size, _ in sizes), sum(size for size, trainable in sizes if not trainable)
