"""Limits on the size of a config, so that a malicious file takes little time and memory."""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 20
MAX_VALUES = 100_000  # values repeated by aliases and references are counted each time
MAX_DEPTH = 30  # levels of nested mappings and lists
MAX_RESOLVED_DEPTH = MAX_DEPTH + 10  # the same for a resolved config, in which defaults may be nested mappings
TOO_DEEP = f"nested too deeply; expected at most {MAX_DEPTH} levels of mappings and lists"
