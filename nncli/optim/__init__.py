"""Optimizers, one per file, and schedules; `from nncli.optim import SGD` imports any optimizer by its class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import OPTIMIZERS


def __getattr__(name: str) -> Any:
    return OPTIMIZERS.by_class_name(name, __name__)
