"""Quantiles of the residuals of a regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import differences
from nncli.nn.metrics.bases.kept_rows import KeptRows

QUANTILES = {"min": 0.0, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "max": 1.0}


@dataclass(frozen=True)
class ResidualQuantiles(KeptRows):
    """Accumulate the residuals target - prediction of every row, in the target's unit, and report their quantiles."""

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the residuals and the weight of every row: (n, targets + 1)."""
        difference, weight = differences(prediction, targets, weights)
        return np.column_stack((-difference, weight))

    def report(self, state: Array) -> list[dict[str, float]]:
        """Return the quantiles of the residuals, by name, for every target.

        With equal weights the quantiles are interpolated linearly; otherwise a quantile is the smallest residual at
        which the cumulative weight reaches the given fraction of the total. Rows of weight 0 are left out.
        """
        rows = state[1:].reshape(-1, int(state[0]))
        rows = rows[rows[:, -1] > 0]
        residuals, weight = rows[:, :-1], rows[:, -1]
        equal_weights = bool((weight == weight[0]).all())
        fractions = list(QUANTILES.values())
        reports = []
        for column in residuals.T:
            if equal_weights:
                found = np.quantile(column, fractions)
            else:
                found = np.quantile(column, fractions, weights=weight, method="inverted_cdf")
            reports.append(dict(zip(QUANTILES, found.tolist(), strict=True)))
        return reports
