"""The step of Adam in one pass."""

from __future__ import annotations

import numpy as np

from nncli.ops.compiled.jit import jit


@jit
def step(p, g, m, v, kept_mean, new_mean, kept_square, new_square, epsilon, rate):
    """Take one step of Adam, with every operation rounded as NumPy does it.

    m <- kept_mean m + new_mean g,  v <- kept_square v + new_square g^2,  p <- p - rate m / (sqrt(v) + epsilon)

    All numbers are rounded to the type of the arrays first.

    Args:
        p: parameters, (n,); changed.
        g: gradient, (n,).
        m: running mean of g; changed.
        v: running mean of g^2; changed.
        kept_mean: beta1.
        new_mean: 1 - beta1.
        kept_square: beta2.
        new_square: 1 - beta2.
        epsilon: with the bias correction of v.
        rate: with the bias corrections of m and v.
    """
    number = p.dtype.type
    keep, add, keep_square, add_square = number(kept_mean), number(new_mean), number(kept_square), number(new_square)
    small, factor = number(epsilon), number(rate)
    for i in range(len(p)):
        m[i] = keep * m[i] + add * g[i]
        v[i] = keep_square * v[i] + add_square * (g[i] * g[i])
        p[i] -= factor * (m[i] / (np.sqrt(v[i]) + small))
