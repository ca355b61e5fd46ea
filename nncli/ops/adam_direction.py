"""The update of Adam in NumPy."""

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
    """Update the running averages, and compute the update rate * m / (sqrt(v) + epsilon), which the caller subtracts.

    Args:
        g: gradient, (n,); not changed.
        m: running average of g, (n,); changed.
        v: running average of g^2, (n,); changed.
        largest: maximum of v so far, (n,), used instead of v (AMSGrad); changed. None for plain Adam.
        beta1: decay of m, in [0, 1).
        beta2: decay of v, in [0, 1).
        epsilon: added to sqrt(v); it includes the bias correction of v.
        rate: learning rate; it includes the bias corrections of m and v.
        out: the update, (n,); overwritten.
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
