"""The step of Adam in one pass."""

from __future__ import annotations

import numpy as np

from nncli.core.compiling import compiled


@compiled
def step(p, g, m, v, kept_mean, new_mean, kept_square, new_square, epsilon, factor):
    """Sums are rounded one by one, as NumPy does it.

    m <- kept_mean m + new_mean g,  v <- kept_square v + new_square g^2,  p <- p - factor m / (sqrt(v) + epsilon)

    Args:
        p: changed, (n,).
        g: (n,).
        m: changed, (n,).
        v: changed, (n,).
        kept_mean: as all that follows, rounded to the arrays' type first.
        new_mean: likewise.
        kept_square: likewise.
        new_square: likewise.
        epsilon: likewise.
        factor: likewise.
    """
    number = p.dtype.type
    keep, add, keep_square, add_square = number(kept_mean), number(new_mean), number(kept_square), number(new_square)
    small, rate = number(epsilon), number(factor)
    for i in range(len(p)):
        m[i] = keep * m[i] + add * g[i]
        v[i] = keep_square * v[i] + add_square * (g[i] * g[i])
        p[i] -= rate * (m[i] / (np.sqrt(v[i]) + small))
