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
        kept_mean: as all that follows a number of the arrays' type.
        new_mean: likewise.
        kept_square: likewise.
        new_square: likewise.
        epsilon: likewise.
        factor: likewise.
    """
    for i in range(len(p)):
        m[i] = kept_mean * m[i] + new_mean * g[i]
        v[i] = kept_square * v[i] + new_square * (g[i] * g[i])
        p[i] -= factor * (m[i] / (np.sqrt(v[i]) + epsilon))
