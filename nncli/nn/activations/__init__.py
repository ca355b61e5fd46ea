"""One activation per file; `from nncli.nn.activations import ReLU` imports a registered activation by class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import LAYERS


def __getattr__(name: str) -> Any:
    return LAYERS.by_class_name(name, __name__)
