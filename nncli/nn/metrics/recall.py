"""Recall."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, safe_ratio
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("recall")
@dataclass(frozen=True)
class Recall(ClassCounts):
    """Recall: fraction of the rows of a class that are predicted as it, in [0, 1].

    true positives / (true positives + false negatives)

    It is 0 for a class that is predicted but has no rows. Predicted is the most likely class; of multi-label targets,
    labels above 0.5.

    Args:
        average: binary, the score of the second of two classes; macro, the unweighted mean over the classes; weighted,
            the mean weighted by the rows of each class; micro, the score of the counts summed over the classes; null
            (default), binary for two classes, macro for more classes and for multi-label targets.
    """

    def ratio(self, true: Array, predicted: Array, actual: Array) -> Array:
        """Divide true positives by actual positives."""
        return safe_ratio(true, actual)
