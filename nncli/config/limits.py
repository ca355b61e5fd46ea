"""Limits on the size of a config, so that a hostile file costs little time and memory."""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 20
MAX_VALUES = 100_000  # including those that aliases and references repeat
MAX_DEPTH = 30  # nested mappings and lists
MAX_RESOLVED_DEPTH = MAX_DEPTH + 10  # of a resolved config, where some defaults are mappings
TOO_DEEP = f"nested too deeply; expected at most {MAX_DEPTH} levels of mappings and lists"
