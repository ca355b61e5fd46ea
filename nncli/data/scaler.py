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
    """The base class of all scalers."""

    needs = ("fit",)

    def fit(self, x: Array) -> Scaling | None:
        """Return the scaling fitted to training rows; None leaves values unchanged.

        Args:
            x: (n, ..., columns) raw values; statistics are computed over all axes except the last.
        """
        raise NotImplementedError

    def fit_named(self, x: Chunked, names: Mapping[str, Sequence[int]]) -> Scaling | None:
        """Return the scaling fitted to training rows; scalers whose config names columns override this method.

        Args:
            x: (n, ..., columns) raw values, which may be readable only in chunks; the `fit` of a plugin gets an array.
            names: the names that a config may use, each with the positions of its columns.

        Raises:
            DataError: if the config names an unknown column.
        """
        return self.fit(np.asarray(x) if is_user_defined(type(self)) else cast("Array", x))
