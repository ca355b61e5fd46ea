"""The standard normal distribution: its cumulative distribution function and the inverse of that, for arrays.

Reference: Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37 (1988),
477-484, from which the coefficients of PPND16 are (relative accuracy about 1e-16).
"""

from __future__ import annotations

import math

import numpy as np

from nncli.core.types import Array

_CENTRE = (
    (
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ),
    (
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ),
)
_TAIL = (
    (
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
_FAR_TAIL = (
    (
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def distribution(x: Array) -> Array:
    """P(X <= x) = erfc(-x / sqrt(2)) / 2."""
    return 0.5 * np.asarray(_erfc(x * -math.sqrt(0.5)), np.float64)


def quantile(p: Array) -> Array:
    """The x at which P(X <= x) = p; -inf for 0, inf for 1.

    Args:
        p: probabilities in [0, 1], in float64.
    """
    q = p - 0.5
    central = np.abs(q) <= 0.425
    x = q * _ratio(0.180625 - q * q, _CENTRE)  # right where central
    outside = ~central
    if outside.any():
        lower = np.minimum(p[outside], 1 - p[outside])
        r = np.sqrt(-np.log(np.maximum(lower, np.nextafter(0.0, 1.0))))
        far = r > 5
        tail = _ratio(r - 1.6, _TAIL)
        tail[far] = _ratio(r[far] - 5, _FAR_TAIL)
        tail[lower == 0] = np.inf
        x[outside] = np.copysign(tail, q[outside])
    return x


def _ratio(r: Array, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Array:
    """A polynomial over another, coefficients from the lowest power on."""
    above, below = (_polynomial(r, terms) for terms in coefficients)
    above /= below
    return above


def _polynomial(r: Array, terms: tuple[float, ...]) -> Array:
    total = np.full_like(r, terms[-1])
    for term in reversed(terms[:-1]):
        total *= r
        total += term
    return total
