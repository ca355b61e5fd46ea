"""Fit the rational functions of `nncli.core.normal_distribution.upper_tail`, and print their coefficients.

nncli itself does not need mpmath. In a separate environment:

    pip install mpmath==1.3.0
    python -m tests.tools.fit_normal_tail

The function is f(a) = exp(a^2 / 2) * Prob(X > a), where X has the standard normal distribution. The script finds the
polynomials P and Q for which the largest relative error of P(a) / Q(a) over 0 <= a <= FAR is smallest. The equation
P - f * Q = 0 is linear in the coefficients. It is solved repeatedly by weighted least squares at many points, until
the errors have the same size everywhere (Lawson's iteration). The weights depend on the Q and the errors of the
previous solution.
"""

from __future__ import annotations

from typing import Any

from mpmath import cos, erfc, exp, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

# degree of P, degree of Q, and FAR, for which exp(-FAR^2 / 2) is rounded to 0
FITS = {"float32": (4, 5, 15), "float64": (9, 10, 39)}
DIGITS = 60
ITERATIONS = 25


def tail(a: Any) -> Any:
    """Return exp(a^2 / 2) * Prob(X > a)."""
    return exp(a * a / 2) * erfc(a / sqrt(2)) / 2


def points(count: int, far: int) -> list[Any]:
    """Return 0, and the values of a at which 1 / (1 + 0.3 * a) is a Chebyshev point; they are dense near 0."""
    nearest = 1 / (1 + mpf(3) * far / 10)
    shares = ((cos(pi * (k + mpf(1) / 2) / count) + 1) / 2 for k in range(count))
    return [mpf(0), *((1 / (nearest + (1 - nearest) * share) - 1) * 10 / 3 for share in shares)]


def fit(above: int, below: int, far: int) -> tuple[Any, list[Any], list[Any]]:
    """Return (largest relative error, coefficients of P, coefficients of Q); constant terms come first."""
    at = points(12 * (above + below + 2), far)
    values = [tail(a) for a in at]
    weights, divisors = [mpf(1)] * len(at), [mpf(1)] * len(at)
    best: tuple[Any, list[Any], list[Any]] = (mpf(1), [], [])
    for _ in range(ITERATIONS):
        equations, right = matrix(len(at), above + below + 1), matrix(len(at), 1)
        for row, (a, f, weight, divisor) in enumerate(zip(at, values, weights, divisors, strict=True)):
            scale = sqrt(weight) / (f * divisor)
            for power in range(above + 1):
                equations[row, power] = scale * a**power
            for power in range(1, below + 1):
                equations[row, above + power] = -scale * f * a**power
            right[row] = scale * f
        solved = list(lu_solve(equations, right))
        p, q = solved[: above + 1], [mpf(1), *solved[above + 1 :]]
        divisors = [polyval(q[::-1], a) for a in at]
        errors = [abs(polyval(p[::-1], a) / d / f - 1) for a, d, f in zip(at, divisors, values, strict=True)]
        best = min(best, (max(errors), p, q), key=lambda found: found[0])
        mean = sum(w * e for w, e in zip(weights, errors, strict=True)) / len(at)
        weights = [w * e / mean + mpf(10) ** -12 for w, e in zip(weights, errors, strict=True)]
    return best


def main() -> None:
    """Print the coefficients for both dtypes."""
    mp.dps = DIGITS
    for name, degrees in FITS.items():
        error, p, q = fit(*degrees)
        print(f"{name}: relative error {nstr(error, 2)}")
        for coefficients in (p, q):
            print(*(f"    {float(value)!r}," for value in coefficients), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
