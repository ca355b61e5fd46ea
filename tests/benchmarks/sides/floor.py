"""Time only the matrix products of an epoch in NumPy: python -m tests.benchmarks.sides.floor WORKLOAD THREADS.

In training, every layer with weights computes three products: inputs * weights, inputs * output gradient, and output
gradient * weights. The first layer does not need the third product. A convolution is the product of its
patches with its kernel. Each product is timed with `numpy.dot` on matrices of the same shapes. The total is the floor
that nncli's time is compared with.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from nncli.nn.layers.sequential import layers_of
from tests.benchmarks.sides.worker import serve
from tests.benchmarks.workloads import Workload, workload_of

Product = tuple[int, int, int]  # (rows, inner, columns)


def forward_products(layers: Any, shape: tuple[int, ...], batch: int) -> Iterator[Product]:
    """Yield the sizes of the product that each layer with weights computes in the forward pass of a batch."""
    for layer in layers:
        output = layer.output_shape(shape)
        if layer.type_name == "residual":
            yield from forward_products(layer.layers, shape, batch)
            if output != shape:
                yield batch * prod(output[:-1]), shape[-1], output[-1]
        else:
            for weight in (spec.shape for spec in layer.parameters(shape).values() if len(spec.shape) > 1):
                yield batch * prod(output[:-1]), prod(weight[:-1]), weight[-1]
        shape = output


def products_of(workload: Workload) -> list[Product]:
    """Return the sizes of all products of one batch."""
    model = layers_of(workload.layers)
    forward = list(forward_products(model.layers, workload.input_shape, workload.predicting or workload.batch))
    if workload.predicting is not None:
        return forward
    weights = [(k, m, n) for m, k, n in forward]
    inputs = [(m, n, k) for m, k, n in forward[1:]]
    return forward + weights + inputs


def operations_of(workload: Workload) -> int:
    """Return the number of floating-point operations of one turn."""
    return sum(2 * m * k * n for m, k, n in products_of(workload)) * batches_of(workload)


def batches_of(workload: Workload) -> int:
    """Return the number of batches of one turn."""
    return -(-workload.rows // (workload.predicting or workload.batch))


def seconds_of(product: Product, threads: int) -> float:
    """Return the shortest measured time of one product."""
    m, k, n = product
    random = np.random.default_rng(0)
    a, b = random.random((m, k), np.float32), random.random((k, n), np.float32)
    out = np.empty((m, n), np.float32)
    best = np.inf
    with threadpool_limits(threads, user_api="blas"):
        begun = time.perf_counter()
        for repeat in range(1000):
            start = time.perf_counter()
            np.dot(a, b, out=out)
            now = time.perf_counter()
            best = min(best, now - start)
            if repeat >= 5 and now - begun > 0.05:
                break
    return best


def floor_seconds(workload: Workload, threads: int) -> float:
    """Return the time of all products of one turn; each uses one thread or all threads, whichever is faster."""
    counts = {1, threads}
    one = sum(min(seconds_of(product, count) for count in counts) for product in products_of(workload))
    return one * batches_of(workload)


if __name__ == "__main__":
    chosen, threads = workload_of(sys.argv[1]), int(sys.argv[2])
    serve(lambda: floor_seconds(chosen, threads), operations=operations_of(chosen))
