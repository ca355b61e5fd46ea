"""Sort and shorten file names."""

from __future__ import annotations

import re
from pathlib import Path


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts img_2 before img_10 (natural order)."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def stem(path: str) -> str:
    """Return a file's name without folder and endings."""
    return Path(path).name.split(".")[0]
