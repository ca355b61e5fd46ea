"""One initializer per file; `from nncli.nn.initializers import He` imports a registered initializer by class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import INITIALIZERS


def __getattr__(name: str) -> Any:
    return INITIALIZERS.by_class_name(name, __name__)
