"""Recall."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, share
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("recall")
@dataclass(frozen=True)
class Recall(ClassCounts):
    """The share of the rows of a class that are predicted as it, in [0, 1].

    right_c / actual_c: true positives / (true positives + false negatives)

    It is 0 for a class that is predicted, but absent from the targets. The class predicted is that of `accuracy`. Rows
    count with their weights.

    Args:
        average: binary, of the second of two classes; macro, the plain mean over the classes in the targets or the
            predictions; weighted, by their rows in the targets; micro, of all classes' counts together; null, binary
            for two classes and macro for more, and of several labels a row.
    """

    def ratio(self, right: Array, predicted: Array, actual: Array) -> Array:
        """Right among actual."""
        return share(right, actual)
