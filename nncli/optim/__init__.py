"""Optimizers: one rule a file, over flat vectors; they know no layers."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import OPTIMIZERS


def __getattr__(name: str) -> Any:
    return OPTIMIZERS.by_class_name(name, __name__)
