"""Layers one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import MinLen

from nncli.core.builder import build
from nncli.core.fields import field_types
from nncli.core.registry import INITIALIZERS, LAYERS
from nncli.core.types import Array, Shape
from nncli.nn.activation import Activation
from nncli.nn.layer import Backward, Context, InputCheck, Layer, Tree, layer
from nncli.nn.sequence import forward_in_order, multiply_adds_in_order, named, parameters_in_order, shapes_in_order


@layer("sequential")
@dataclass(frozen=True)
class Sequential(Layer):
    """Layers one after another; the whole model is one.

    Shape: as the first layer takes -> as the last layer gives
    Args:
        layers: what it is made of, in order.
    """

    in_order = ("layers",)

    layers: Annotated[tuple[Annotated[Layer, LAYERS], ...], MinLen(1)]

    def children(self) -> dict[str, Layer]:
        """The layers as INDEX.TYPE."""
        return named(self.layers)

    def shapes(self, input_shape: Shape) -> list[Shape]:
        """The shape that comes in, then the shape after every layer.

        Raises:
            ShapeError: naming the layer that does not fit and what it gets.
        """
        return shapes_in_order(self.layers, input_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The last layer's."""
        return self.shapes(input_shape)[-1]

    def parameters(self, input_shape: Shape) -> Tree:
        """The layers' trees by INDEX.TYPE."""
        return parameters_in_order(self.layers, input_shape)

    def multiply_adds(self, input_shape: Shape) -> int:
        """Those of all layers."""
        return multiply_adds_in_order(self.layers, input_shape)

    def input_check(self) -> InputCheck | None:
        """The first layer's."""
        return self.layers[0].input_check()

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """All layers in order."""
        return forward_in_order(self.layers, p, x, ctx)


def fill_initializers(layers: Sequence[Any], after: Sequence[Any] = ()) -> list[Layer]:
    """The same layers with every initializer that was left open chosen by the activation that comes after.

    He before relu-like activations, lecun before selu, xavier otherwise; layers without weights in between do not
    matter.

    Args:
        layers: one after another.
        after: what comes after them, outside of their container.
    """
    filled: list[Layer] = []
    for index, item in enumerate(layers):
        following = [*layers[index + 1 :], *after]
        if getattr(item, "initializer", item) is None:
            item = item.with_fields(initializer=build(INITIALIZERS, _advised(following)))
        inside = _filled_inside(item, following)
        filled.append(item.with_fields(**inside) if inside else item)
    return filled


def _filled_inside(item: Layer, following: Sequence[Any]) -> dict[str, Any]:
    """The fields of a container that hold layers, their initializers chosen."""
    inside: dict[str, Any] = {}
    for name, value in vars(item).items():
        if isinstance(value, Layer):
            (inside[name],) = fill_initializers([value], following)
        elif isinstance(value, tuple) and value and all(isinstance(one, Layer) for one in value):
            if name in item.in_order:
                inside[name] = tuple(fill_initializers(value, following))
            else:
                inside[name] = tuple(fill_initializers([one], following)[0] for one in value)
    return inside


def _advised(following: Iterable[Layer]) -> str:
    for item in _flat(following):
        if isinstance(item, Activation):
            return item.advised_initializer or "xavier"
        if "initializer" in field_types(type(item)):
            break
    return "xavier"


def _flat(layers: Iterable[Layer]) -> Iterator[Layer]:
    for item in layers:
        inside = item.children()
        if inside:
            yield from _flat(inside.values())
        else:
            yield item


def layers_of(values: Iterable[Any]) -> Sequential:
    """A model from layers given as objects, names or mappings, with its initializers filled.

    Raises:
        ConfigError: with every field that is wrong.
    """
    model = Sequential(layers=tuple(values))
    return Sequential(layers=tuple(fill_initializers(model.layers)))
