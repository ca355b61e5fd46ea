"""All parameters of a model in one flat vector, with named views."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.randomness import generator
from nncli.core.types import Array, FloatDType
from nncli.nn.layer import ParameterSpec, Tree, leaves


@dataclass(frozen=True)
class Slot:
    """The position of one array in the vector.

    Args:
        name: full name of the array, such as "0.dense.weight".
        spec: specification of the array.
        start: index of its first element.
        stop: index after its last element.
    """

    name: str
    spec: ParameterSpec
    start: int
    stop: int


class ParameterLayout:
    """The layout of a model's arrays in one contiguous vector.

    Parameters with weight decay come first, then trainable parameters without weight decay, then non-trainable ones.
    Checkpoints store arrays by name, never by offset.

    Args:
        tree: parameter specs of all layers, nested by name.
        dtype: dtype of the vector.
    """

    def __init__(self, tree: Tree, dtype: FloatDType) -> None:
        self.tree = tree
        self.dtype = dtype
        specs = list(leaves(tree))
        specs.sort(key=lambda item: (not item[1].trainable, not item[1].decayed))
        slots, start = [], 0
        for name, spec in specs:
            stop = start + math.prod(spec.shape)
            slots.append(Slot(name, spec, start, stop))
            start = stop
        self.slots = tuple(slots)
        self.size = start
        self.trainable = max((slot.stop for slot in slots if slot.spec.trainable), default=0)
        self.decayed = max((slot.stop for slot in slots if slot.spec.trainable and slot.spec.decayed), default=0)

    def initial(self, seed: int | None) -> Array:
        """Return a vector with the initial values of all arrays.

        The initial values of an array depend only on the seed and on the name of the array.

        Args:
            seed: the run's seed; None for zeros, if the weights are set later.

        Raises:
            ShapeError: if the vector does not fit into memory.
        """
        try:
            vector = np.zeros(self.size, self.dtype)
        except (MemoryError, ValueError):
            raise ShapeError(f"the model has {self.size:,} parameters, more than memory can hold") from None
        if seed is None:
            return vector
        for slot in self.slots:
            spec = slot.spec
            random = generator(seed, f"initialize {slot.name}")
            values = spec.initializer.draw(random, spec.shape, spec.fan_in, spec.fan_out)
            vector[slot.start : slot.stop] = values.reshape(-1)
        return vector

    def named(self, vector: Array) -> dict[str, Array]:
        """Return views of the arrays by full name, such as "0.dense.weight", in the order of the layers.

        Args:
            vector: a vector of this layout, or its trainable part.
        """
        slots = [slot for slot in self.slots if slot.stop <= len(vector)]
        views = {slot.name: vector[slot.start : slot.stop].reshape(slot.spec.shape) for slot in slots}
        return {name: views[name] for name, _ in leaves(self.tree) if name in views}

    def views(self, vector: Array) -> Tree:
        """Return the views of the arrays, nested like the layers."""
        return _nest(self.tree, self.named(vector), "")


def _nest(tree: Tree, named: dict[str, Array], prefix: str) -> Tree:
    return {
        name: _nest(item, named, f"{prefix}{name}.") if isinstance(item, dict) else named[prefix + name]
        for name, item in tree.items()
    }
