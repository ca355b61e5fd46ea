"""No scaling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.data.arrays.chunks import Chunked
from nncli.data.scaler import Scaler, scaler


@scaler("none")
@dataclass(frozen=True)
class NoScaler(Scaler):
    """Leave values unchanged."""

    def fit(self, x: Chunked) -> None:
        """Fit nothing."""
