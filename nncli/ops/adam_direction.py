"""The step of Adam in NumPy."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


def adam_direction(
    g: Array,
    m: Array,
    v: Array,
    largest: Array | None,
    beta1: float,
    beta2: float,
    epsilon: float,
    rate: float,
    *,
    out: Array,
) -> None:
    """Update the running means and write the step to subtract, rate m / (sqrt(v) + epsilon).

    Args:
        g: gradient, (n,); not changed.
        m: running mean of g; changed.
        v: running mean of g^2; changed.
        largest: the largest v so far, which takes the place of v (AMSGrad); changed. None for Adam.
        beta1: share of m that is kept.
        beta2: share of v that is kept.
        epsilon: added to the root.
        rate: of the step.
        out: overwritten.
    """
    m *= beta1
    np.multiply(g, 1 - beta1, out=out)
    m += out
    v *= beta2
    np.multiply(g, g, out=out)
    out *= 1 - beta2
    v += out
    if largest is not None:
        v = np.maximum(v, largest, out=largest)
    np.sqrt(v, out=out)
    out += epsilon
    np.divide(m, out, out=out)
    out *= rate
