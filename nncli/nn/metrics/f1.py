"""The F1 score."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, share
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("f1")
@dataclass(frozen=True)
class F1(ClassCounts):
    """The harmonic mean of precision and recall of a class, in [0, 1].

    2 right_c / (predicted_c + actual_c) = 2 / (1 / precision + 1 / recall)

    It is 0 where no row of the class is predicted as it. The mean over classes is that of their F1 scores, not the F1
    of mean precision and mean recall. The class predicted is that of `accuracy`. Rows count with their weights.

    Args:
        average: binary, of the second of two classes; macro, the plain mean over the classes in the targets or the
            predictions; weighted, by their rows in the targets; micro, of all classes' counts together; null, binary
            for two classes and macro for more, and of several labels a row.

    Reference: van Rijsbergen, Information Retrieval (1979), chapter 7.
    """

    def ratio(self, right: Array, predicted: Array, actual: Array) -> Array:
        """Twice what is right among both."""
        return share(2 * right, predicted + actual)
