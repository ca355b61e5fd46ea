"""The compiled step of Adam."""

from __future__ import annotations

import numpy as np

from nncli.ops.compiled.jit import jit


@jit
def step(p, g, m, v, beta1, one_minus_beta1, beta2, one_minus_beta2, epsilon, rate):
    """Take one step of Adam in one pass; every operation is rounded as in NumPy.

    m <- beta1 * m + (1 - beta1) * g,  v <- beta2 * v + (1 - beta2) * g^2,  p <- p - rate * m / (sqrt(v) + epsilon)

    All scalars are first rounded to the dtype of the arrays. 1 - beta is a separate argument, because it is
    computed in float64.

    Args:
        p: parameters, (n,); changed.
        g: gradient, (n,).
        m: running average of g, (n,); changed.
        v: running average of g^2, (n,); changed.
        beta1: decay of m.
        one_minus_beta1: 1 - beta1.
        beta2: decay of v.
        one_minus_beta2: 1 - beta2.
        epsilon: added to sqrt(v); it includes the bias correction of v.
        rate: learning rate; it includes the bias corrections of m and v.
    """
    number = p.dtype.type
    keep, add, keep_square, add_square = number(beta1), number(one_minus_beta1), number(beta2), number(one_minus_beta2)
    small, factor = number(epsilon), number(rate)
    for i in range(len(p)):
        m[i] = keep * m[i] + add * g[i]
        v[i] = keep_square * v[i] + add_square * (g[i] * g[i])
        p[i] -= factor * (m[i] / (np.sqrt(v[i]) + small))
