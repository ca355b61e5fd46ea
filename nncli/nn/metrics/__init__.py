"""One metric per file; `from nncli.nn.metrics import Name` imports a registered metric by its class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import METRICS


def __getattr__(name: str) -> Any:
    return METRICS.by_class_name(name, __name__)
