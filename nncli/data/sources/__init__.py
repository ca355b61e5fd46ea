"""One kind of source per file; `from nncli.data.sources import Name` finds a registered one by its class name."""

from __future__ import annotations

from typing import Any

from nncli.core.registry import SOURCES
from nncli.data.file_endings import PATHS_DESCRIPTION

SOURCES.paths = PATHS_DESCRIPTION


def __getattr__(name: str) -> Any:
    return SOURCES.by_class_name(name, __name__)
