"""One schedule per file; `from nncli.optim.schedules import Name` imports any registered one by its class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import SCHEDULES


def __getattr__(name: str) -> Any:
    return SCHEDULES.by_class_name(name, __name__)
