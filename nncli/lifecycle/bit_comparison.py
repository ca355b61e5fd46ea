"""Compare values and arrays bit for bit and describe every difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

import numpy as np

from nncli.core.types import Array


def value_differences(place: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield a description of every value in `now` that is different in `before`; nan equals nan.

    Args:
        place: file that stores the values, for the description.
        before: the values of the run.
        now: the values of its repetition.
    """
    for name, value in now.items():
        was = before.get(name)
        if was != value and not (was is value is None or _are_nan(was, value)):
            yield f"{place}: {name} was {was}, but is {value} in the repetition"


def array_differences(place: str, before: Mapping[str, Array], now: Mapping[str, Array]) -> Iterator[str]:
    """Yield a description of every array in `now` whose shape, dtype or bits differ in `before`.

    Args:
        place: file that stores the arrays, for the description.
        before: the arrays of the run.
        now: the arrays of its repetition.
    """
    for name, array in now.items():
        was = before.get(name)
        if was is None or was.shape != array.shape or was.dtype != array.dtype:
            described = "missing" if was is None else f"{was.dtype} {was.shape}"
            yield f"{place}: {name} was {described}, but is {array.dtype} {array.shape} in the repetition"
        elif was.tobytes() != array.tobytes():
            with np.errstate(all="ignore"):
                apart = np.abs(np.subtract(was, array, dtype=np.float64))
            count = f"{np.count_nonzero(apart):,} of {array.size:,} values"
            yield f"{place}: {name} differs in {count}, by at most {apart.max():.3g}"


def _are_nan(*values: Any) -> bool:
    return all(isinstance(value, float) and isnan(value) for value in values)
