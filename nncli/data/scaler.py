"""The base class of scalers, which fit a scaling to the training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from nncli.core.checked import Registered
from nncli.core.fields import is_user_defined
from nncli.core.registry import SCALERS
from nncli.core.types import Array
from nncli.data.arrays.chunks import Chunked
from nncli.data.scaling import Scaling

scaler = SCALERS.register


@dataclass(frozen=True)
class Scaler(Registered):
    """The base of all scalers."""

    needs = ("fit",)

    def fit(self, x: Array) -> Scaling | None:
        """Return the scaling for training rows; None leaves values unchanged.

        Args:
            x: (n, ..., columns) raw values; statistics are taken over all axes but the last.
        """
        raise NotImplementedError

    def fit_named(self, x: Chunked, names: Mapping[str, Sequence[int]]) -> Scaling | None:
        """Return the scaling for training rows, for a scaler that addresses columns by name.

        Args:
            x: (n, ..., columns) raw values, perhaps readable in chunks only; a plugin's own `fit` gets an array.
            names: positions of the columns that every name in a config stands for.

        Raises:
            DataError: if a name stands for no column.
        """
        return self.fit(np.asarray(x) if is_user_defined(type(self)) else cast("Array", x))
