"""The standard normal distribution of arrays: cumulative distribution function, upper tail and quantile function.

Reference: Cody, Rational Chebyshev Approximations for the Error Function, Mathematics of Computation 23 (1969),
631-637, for the form of the tail: exp(-a^2 / 2) times a rational function. The rational functions here hold for
all a >= 0, so that no entry needs a branch; tests/tools/fit_normal_tail.py computes their coefficients.
Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37 (1988), 477-484,
for the quantile function: the coefficients of its routine PPND16 (relative accuracy about 1e-16).
"""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array

MAX_ARGUMENT = 40.0  # exp(-a^2 / 2) is 0 from here on, also in float64

_SINGLE = (  # relative error 6.4e-9
    (
        0.5000000030889988,
        0.4392862204114358,
        0.18397108816636942,
        0.04088173387515798,
        0.004153291402599605,
    ),
    (
        1.0,
        1.6764574437561641,
        1.2055566509631481,
        0.47141374962092797,
        0.10248142629504975,
        0.010410645996872756,
    ),
)
_DOUBLE = (  # relative error 5.7e-17
    (
        0.5,
        0.7749149708766867,
        0.594105911028989,
        0.2893753382195967,
        0.09771855527022208,
        0.023628301223531704,
        0.00409056237067593,
        0.0004905978766916228,
        3.727051849420361e-05,
        1.3864258546104975e-06,
    ),
    (
        1.0,
        2.347714502556229,
        2.561416976820892,
        1.7145700050084411,
        0.7821592758224085,
        0.2550107545327278,
        0.0604501643533992,
        0.010346942621792666,
        0.0012332217636355914,
        9.342333546560209e-05,
        3.4752542478563865e-06,
    ),
)
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


def upper_tail(a: Array) -> tuple[Array, Array]:
    """Return P(X > a), and exp(-a^2 / 2), which is sqrt(2 pi) times the density at a.

    The relative error is about 1e-15 in float64 and 4e-7 in float32, mostly from rounding. For large a it grows by
    a^2 / 2 times the machine epsilon, which is the change of the tail when a is rounded.

    Args:
        a: numbers of at least 0, float32 or float64; the results have the same dtype.
    """
    a = np.clip(a, 0, MAX_ARGUMENT)
    bell = np.square(a)
    bell *= -0.5
    np.exp(bell, out=bell)
    above = _ratio(a, _SINGLE if a.dtype == np.float32 else _DOUBLE)
    above *= bell
    return above, bell


def cdf(x: Array) -> Array:
    """Return P(X <= x), with the relative error of `upper_tail` for x < 0 and the same absolute error for x > 0."""
    above, _ = upper_tail(np.abs(x))
    return np.abs((x > 0) - above)


def quantile(p: Array) -> Array:
    """Return x such that P(X <= x) = p; -inf for p = 0, inf for p = 1.

    Args:
        p: probabilities in [0, 1], float64.
    """
    q = p - 0.5
    central = np.abs(q) <= 0.425
    x = q * _ratio(0.180625 - q * q, _CENTRE)  # correct for central entries only
    outside = ~central
    if outside.any():
        lower = np.minimum(p[outside], 1 - p[outside])
        r = np.sqrt(-np.log(np.maximum(lower, np.nextafter(0.0, 1.0))))
        far = r > 5
        distance = _ratio(r - 1.6, _TAIL)
        distance[far] = _ratio(r[far] - 5, _FAR_TAIL)
        distance[lower == 0] = np.inf
        x[outside] = np.copysign(distance, q[outside])
    return x


def _ratio(r: Array, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Array:
    """Divide one polynomial in r by another; coefficients start with the constant term."""
    above, below = (_polynomial(r, terms) for terms in coefficients)
    above /= below
    return above


def _polynomial(r: Array, terms: tuple[float, ...]) -> Array:
    total = r * terms[-1]
    for term in terms[-2:0:-1]:
        total += term
        total *= r
    total += terms[0]
    return total
