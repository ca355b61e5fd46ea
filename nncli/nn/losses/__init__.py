"""One loss per file; `from nncli.nn.losses import Name` imports a registered loss by its class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import LOSSES


def __getattr__(name: str) -> Any:
    return LOSSES.by_class_name(name, __name__)
