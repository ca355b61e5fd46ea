"""Every layer of a model, containers opened: what it gives, holds and computes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nncli.core.fields import is_foreign
from nncli.core.types import Shape
from nncli.nn.layer import Layer, ParameterSpec, Tree, leaves
from nncli.nn.sequence import named


@dataclass(frozen=True)
class LayerPlan:
    """One layer of a run.

    Args:
        name: INDEX.TYPE, or what a container calls it.
        output_shape: of one row.
        parameters: how many numbers it has, with those of the layers inside.
        multiply_adds: how many products with a weight one row takes going forward.
        running_values: how many of its numbers are not trained but kept beside, such as running statistics.
        inside: the layers of a container, and what it has besides them; empty for other layers.
    """

    name: str
    output_shape: Shape
    parameters: int
    multiply_adds: int
    running_values: int = 0
    inside: tuple[LayerPlan, ...] = ()

    @property
    def trained(self) -> int:
        """How many of its numbers are trained."""
        return self.parameters - self.running_values

    def opened(self, depth: int = 0) -> Iterator[tuple[int, LayerPlan]]:
        """This layer and all inside of it in order, each with how many containers are around it."""
        yield depth, self
        for layer in self.inside:
            yield from layer.opened(depth + 1)


def outline(layers: Mapping[str, Layer], input_shape: Shape) -> tuple[LayerPlan, ...]:
    """Layers in order, by name.

    Raises:
        ShapeError: where one does not take what comes.
    """
    found, shape = [], input_shape
    for name, layer in layers.items():
        found.append(_planned(name, layer, shape))
        shape = found[-1].output_shape
    return tuple(found)


def _planned(name: str, layer: Layer, shape: Shape) -> LayerPlan:
    tree, output = layer.parameters(shape), layer.output_shape(shape)
    parameters, running = _counts(tree)
    products = layer.multiply_adds(shape)
    inside = () if is_foreign(type(layer)) else _inside(layer, shape)
    own = {key: item for key, item in tree.items() if isinstance(item, ParameterSpec)}
    if inside and own:  # such as a residual block's projection
        rest = products - sum(one.multiply_adds for one in inside)
        inside = (*inside, LayerPlan(", ".join(own), output, _counts(own)[0], rest, _counts(own)[1]))
    return LayerPlan(name, output, parameters, products, running, inside)


def _inside(layer: Layer, shape: Shape) -> tuple[LayerPlan, ...]:
    """The layers of a container: those in order get what the one before gives, others what comes into it."""
    in_order = [named(getattr(layer, field)) for field in layer.in_order]
    known = {name for layers in in_order for name in layers}
    others = [{name: child} for name, child in layer.children().items() if name not in known]
    return tuple(plan for layers in (*in_order, *others) for plan in outline(layers, shape))


def _counts(tree: Tree) -> tuple[int, int]:
    """(all numbers, those that are not trained) of a tree."""
    sizes = [(math.prod(spec.shape), spec.trainable) for _, spec in leaves(tree)]
    return sum(size for size, _ in sizes), sum(size for size, trained in sizes if not trained)
