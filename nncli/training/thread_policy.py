"""Decide which threads compute a batch: nncli's own threads, one per shard, or the threads of BLAS.

BLAS threads wait for one another in a busy loop. They do not speed up small products, and are up to fifty times slower
if other processes use the cores too. So BLAS has one thread except in large steps. Medium-sized steps are cut into
shards for threads of nncli's own, which sleep while they wait.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nncli.core.types import Shape
from nncli.nn.convolution import Convolution
from nncli.nn.cost import multiply_adds
from nncli.nn.layer import Layer, leaves
from nncli.nn.network import Network
from nncli.ops import current_ops

MIN_SHARDED_STEP = 2 * 10**7  # minimum batch size * parameters for which shards on several threads are faster
MIN_BLAS_THREADED_STEP = 10**8  # minimum batch size * parameters for which several BLAS threads are even faster
MAX_SINGLE_THREAD_PRODUCT = 1 << 18  # multiply-adds of a matrix product that OpenBLAS computes on one thread anyway
MAX_SINGLE_THREAD_VECTOR = 10_000  # elements of a vector that OpenBLAS processes on one thread anyway


def is_sharded(network: Network, batch_size: int) -> bool:
    """Return whether batches are cut into shards: for convolutional networks and medium-sized dense networks."""
    if any(_is_heavy(layer) for layer in walk(network.model)):
        return True
    return MIN_SHARDED_STEP <= _step_cost(network, batch_size) < MIN_BLAS_THREADED_STEP


def blas_threads(network: Network, batch_size: int, threads: int | None) -> int | None:
    """Return the number of threads that BLAS may use; None for its own default.

    Args:
        network: the network that is trained or predicts.
        batch_size: number of rows of a batch.
        threads: the number of threads that the user allows; None for one per core.
    """
    if is_sharded(network, batch_size) or _step_cost(network, batch_size) < MIN_BLAS_THREADED_STEP:
        return 1
    return threads


class SmallPredictions:
    """Find predictions so small that BLAS uses one thread anyway, so that its number of threads need not be set.

    Args:
        network: the network that predicts.
    """

    def __init__(self, network: Network) -> None:
        layers = zip(network.model.layers, network.shapes, strict=False)
        self._product = max(_blas_multiply_adds(layer, shape, network.dtype) for layer, shape in layers)  # per row
        self._vector = math.prod(network.input_shape)

    def include(self, rows: int) -> bool:
        """Return whether BLAS predicts this many rows on one thread anyway."""
        return rows * self._product <= MAX_SINGLE_THREAD_PRODUCT and rows * self._vector <= MAX_SINGLE_THREAD_VECTOR


def walk(layer: Layer) -> Iterator[Layer]:
    """Yield a layer and all layers inside it, depth first."""
    yield layer
    for child in layer.children().values():
        yield from walk(child)


def _is_heavy(layer: Layer) -> bool:
    """Return whether a layer needs so much time per row that every batch is computed in shards."""
    declared: bool | None = getattr(layer, "heavy_rows", None)  # a layer from a plugin may set heavy_rows
    return isinstance(layer, Convolution) if declared is None else declared


def _step_cost(network: Network, batch_size: int) -> int:
    """Return batch size * parameters, without the parameters of lookup layers, such as embeddings."""
    names = network.model.children().items()
    parameters = sum(
        sum(math.prod(spec.shape) for _, spec in leaves(network.layout.tree[name]))
        for (name, layer), shape in zip(names, network.shapes, strict=False)
        if multiply_adds(layer, shape)
    )
    return batch_size * parameters


def _blas_multiply_adds(layer: Layer, input_shape: Shape, dtype: np.dtype[np.generic]) -> int:
    """Return the multiply-adds per row that BLAS computes.

    Compiled kernels compute a convolution without BLAS, unless a subclass has its own `forward`.
    """
    if isinstance(layer, Convolution) and type(layer).forward is Convolution.forward:
        windows = layer.windows(input_shape)
        if not current_ops().convolves_with_blas(windows, layer.filters, layer.groups, dtype):
            return 0
    return multiply_adds(layer, input_shape)
