"""Precision."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, safe_ratio
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("precision")
@dataclass(frozen=True)
class Precision(ClassCounts):
    """Precision: fraction of the rows predicted as a class that belong to it, in [0, 1].

    true positives / (true positives + false positives)

    The predicted class is the most likely one; for multi-label targets, every label with a probability above 0.5 is
    predicted. The score is 0 for a class that is never predicted.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers; multi-label: both (n,
        labels)

    Args:
        average: average over the classes or labels: binary, the score of the second of two classes; macro, the
            unweighted mean; weighted, the mean weighted by the rows of each class; micro, the score of the counts
            summed over the classes; default binary for two classes, otherwise macro.
    """

    def ratio(self, true: Array, predicted: Array, actual: Array) -> Array:
        """Divide true positives by predicted positives."""
        return safe_ratio(true, predicted)
