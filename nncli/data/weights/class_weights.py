"""Class weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from nncli.core.types import Array


def class_weights(
    given: Literal["balanced"] | Mapping[str, float], classes: tuple[str, ...], targets: Array
) -> tuple[float, ...]:
    """Return the weight of every class.

    balanced: n / (classes * rows of the class), as in scikit-learn's compute_class_weight

    Args:
        given: balanced, or weights by class name; classes without an entry have the weight 1.
        classes: names of all classes, in order.
        targets: (n,) the class indices of the training rows.
    """
    if not isinstance(given, str):
        return tuple(float(given.get(name, 1.0)) for name in classes)
    counts = np.maximum(1, np.bincount(targets, minlength=len(classes)))
    return tuple((len(targets) / (len(classes) * counts)).tolist())
