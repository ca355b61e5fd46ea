"""Precision."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.metric import metric, share
from nncli.nn.metrics.bases.class_counts import ClassCounts


@metric("precision")
@dataclass(frozen=True)
class Precision(ClassCounts):
    """The share of the rows predicted as a class that are of it, in [0, 1].

    right_c / predicted_c: true positives / (true positives + false positives)

    It is 0 for a class that is never predicted. The class predicted is that of `accuracy`. Rows count with their
    weights.

    Args:
        average: binary, of the second of two classes; macro, the plain mean over the classes in the targets or the
            predictions; weighted, by their rows in the targets; micro, of all classes' counts together; null, binary
            for two classes and macro for more, and of several labels a row.
    """

    def ratio(self, right: Array, predicted: Array, actual: Array) -> Array:
        """Right among predicted."""
        return share(right, predicted)
