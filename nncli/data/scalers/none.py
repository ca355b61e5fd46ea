"""No scaling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.data.scaler import Scaler, scaler
from nncli.data.slices import Sliced


@scaler("none")
@dataclass(frozen=True)
class NoScaler(Scaler):
    """Values as they are."""

    def fit(self, x: Sliced) -> None:
        """Nothing to fit."""
