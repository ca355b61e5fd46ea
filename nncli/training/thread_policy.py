"""How many threads compute a batch, and which: shards on threads of nncli's own, or threads of BLAS.

BLAS threads wait for one another by spinning. For small products they gain nothing, and where other processes use the
cores too they are up to fifty times slower. So BLAS has one thread up to large steps, and steps of medium size are cut
into shards on threads of nncli's own, which sleep while they wait.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nncli.core.types import Shape
from nncli.nn.convolution import Convolution
from nncli.nn.cost import multiply_adds
from nncli.nn.layer import Layer, leaves
from nncli.nn.layer_types import is_exactly
from nncli.nn.network import Network
from nncli.ops import current_ops

CONVOLUTIONS = ("conv1d", "conv2d")  # which may be computed by compiled kernels instead of BLAS

# multiply-adds of a forward pass
MIN_SHARDED_STEP = 2 * 10**7  # from which several threads gain
MIN_BLAS_THREADED_STEP = 10**8  # from which threads of BLAS gain most

MAX_SINGLE_THREAD_PRODUCT = 1 << 18  # multiply-adds of a product up to which OpenBLAS takes one thread by itself
MAX_SINGLE_THREAD_VECTOR = 10_000  # numbers of a vector up to which it does


def is_sharded(network: Network, batch_size: int) -> bool:
    """Whether batches are cut into shards: those of convolutional networks, and dense ones of medium size."""
    if any(_is_heavy(layer) for layer in walk(network.model)):
        return True
    return MIN_SHARDED_STEP <= _step_cost(network, batch_size) < MIN_BLAS_THREADED_STEP


def uses_one_blas_thread(network: Network, batch_size: int) -> bool:
    """Whether the products of a batch that is not sharded are left to one thread."""
    return _step_cost(network, batch_size) < MIN_BLAS_THREADED_STEP


class SmallPredictions:
    """Predictions so small that BLAS takes one thread by itself, so that its threads need not be set.

    Args:
        network: what predicts.
    """

    def __init__(self, network: Network) -> None:
        layers = zip(network.model.layers, network.shapes, strict=False)
        self._product = max(_blas_multiply_adds(layer, shape, network.dtype) for layer, shape in layers)  # of one row
        self._vector = math.prod(network.input_shape)

    def include(self, rows: int) -> bool:
        """Whether a prediction of so many rows is one of them."""
        return rows * self._product <= MAX_SINGLE_THREAD_PRODUCT and rows * self._vector <= MAX_SINGLE_THREAD_VECTOR


def walk(layer: Layer) -> Iterator[Layer]:
    """Yield a layer and all layers inside it."""
    yield layer
    for child in layer.children().values():
        yield from walk(child)


def _is_heavy(layer: Layer) -> bool:
    """Whether a row costs so much that every batch is worth sharing among threads."""
    declared: bool | None = getattr(layer, "heavy_rows", None)  # by the layer of a plugin
    return isinstance(layer, Convolution) if declared is None else declared


def _step_cost(network: Network, batch_size: int) -> int:
    """Return the rows of a batch times the parameters of layers that multiply with them, and do not only look up."""
    names = network.model.children().items()
    parameters = sum(
        sum(math.prod(spec.shape) for _, spec in leaves(network.layout.tree[name]))
        for (name, layer), shape in zip(names, network.shapes, strict=False)
        if multiply_adds(layer, shape)
    )
    return batch_size * parameters


def _blas_multiply_adds(layer: Layer, input_shape: Shape, dtype: np.dtype[np.generic]) -> int:
    """Return the multiply-adds of one row that BLAS computes; none for convolutions by compiled kernels."""
    if is_exactly(layer, CONVOLUTIONS):
        assert isinstance(layer, Convolution)
        windows = layer.windows(input_shape)
        if not current_ops().convolves_with_blas(windows, layer.filters, layer.groups, dtype):
            return 0
    return multiply_adds(layer, input_shape)
