"""Format a list that may be long on one line."""

from __future__ import annotations

from collections.abc import Sequence

MAX_ITEMS = 8  # number of items that are shown before "and N more"


def format_list(items: Sequence[str], separator: str = ", ") -> str:
    """Join the first `MAX_ITEMS` items, and append the number of the others."""
    more = f" and {len(items) - MAX_ITEMS} more" if len(items) > MAX_ITEMS else ""
    return separator.join(items[:MAX_ITEMS]) + more
