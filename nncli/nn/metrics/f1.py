"""F1 score."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, safe_ratio
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("f1")
@dataclass(frozen=True)
class F1(ClassCounts):
    """F1 score: the harmonic mean of precision and recall, in [0, 1].

    2 * true positives / (predicted positives + actual positives) = 2 / (1 / precision + 1 / recall)

    The predicted class is the most likely one; for multi-label targets, every label with a probability above 0.5 is
    predicted. The score is 0 for a class without true positives. Averages are means of the F1 scores, not the F1 of the
    mean precision and the mean recall.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers; multi-label: both (n,
        labels)

    Args:
        average: average over the classes or labels: binary, the score of the second of two classes; macro, the
            unweighted mean; weighted, the mean weighted by the rows of each class; micro, the score of the counts
            summed over the classes; default binary for two classes, otherwise macro.
    Reference: van Rijsbergen, Information Retrieval (1979), chapter 7.
    """

    def ratio(self, true: Array, predicted: Array, actual: Array) -> Array:
        """Divide twice the true positives by predicted plus actual positives."""
        return safe_ratio(2 * true, predicted + actual)
