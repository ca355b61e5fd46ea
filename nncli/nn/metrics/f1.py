"""F1 score."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, safe_ratio
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("f1")
@dataclass(frozen=True)
class F1(ClassCounts):
    """F1 score, the harmonic mean of precision and recall, in [0, 1].

    2 true positives / (predicted positives + actual positives) = 2 / (1 / precision + 1 / recall)

    It is 0 for a class without true positives. Averages are means of the classes' F1 scores, not the F1 of mean
    precision and mean recall. Predicted is the most likely class; of multi-label targets, labels above 0.5.

    Args:
        average: binary, the score of the second of two classes; macro, the unweighted mean over the classes; weighted,
            the mean weighted by the rows of each class; micro, the score of the counts summed over the classes; null
            (default), binary for two classes, macro for more classes and for multi-label targets.

    Reference: van Rijsbergen, Information Retrieval (1979), chapter 7.
    """

    def ratio(self, true: Array, predicted: Array, actual: Array) -> Array:
        """Divide twice the true positives by predicted plus actual positives."""
        return safe_ratio(2 * true, predicted + actual)
