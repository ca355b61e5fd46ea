"""Convert values to what JSON can represent."""

from __future__ import annotations

from math import isfinite
from typing import Any


def json_ready(value: Any) -> Any:
    """Replace NaN and infinity, which JSON does not have, by None."""
    if isinstance(value, dict):
        return {key: json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value
