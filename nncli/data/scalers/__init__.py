"""One scaler per file; `from nncli.data.scalers import Name` finds a registered scaler by its class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import SCALERS
from nncli.data.scaler import Scaler as Scaler
from nncli.data.scaler import scaler as scaler
from nncli.data.scaling import Affine as Affine
from nncli.data.scaling import Scaling as Scaling


def __getattr__(name: str) -> Any:
    return SCALERS.by_class_name(name, __name__)
