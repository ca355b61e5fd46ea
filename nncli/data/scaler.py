"""What a scaler is: it looks at the training rows and gives a scaling, which is applied to all rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from nncli.core.checked import Registered
from nncli.core.fields import is_foreign
from nncli.core.registry import SCALERS
from nncli.core.types import Array
from nncli.data.scaling import Scaling
from nncli.data.slices import Sliced

scaler = SCALERS.register


@dataclass(frozen=True)
class Scaler(Registered):
    """The base of all scalers."""

    needs = ("fit",)

    def fit(self, x: Array) -> Scaling | None:
        """The scaling for these rows; None leaves values as they are.

        Args:
            x: (n, ..., columns) raw values; statistics are taken over all axes but the last.
        """
        raise NotImplementedError

    def fit_named(self, x: Sliced, names: Mapping[str, Sequence[int]]) -> Scaling | None:
        """The scaling for these rows, by a scaler that treats columns by their names.

        Args:
            x: (n, ..., columns) raw values, whose rows may come in slices alone; a user's own `fit` gets an array.
            names: for every name that a config may use, which of the columns it stands for.

        Raises:
            DataError: where a name stands for no column.
        """
        return self.fit(np.asarray(x) if is_foreign(type(self)) else cast("Array", x))
