"""meta.json, the description inside a checkpoint: its format, size limits and checksum."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, TypeAlias

Meta: TypeAlias = dict[str, Any]

FORMAT = "nncli checkpoint"
VERSION = 1
META = "meta.json"
CHECKSUM_KEY = "sha256"  # key of the checksum, which covers all other values
MAX_META_BYTES = 32 << 20
MAX_META_VALUES = 1 << 21  # number of values, lists and mappings; each may take 200 bytes of memory
MAX_META_DEPTH = 64  # maximum nesting depth of lists and mappings


def meta_text(meta: Meta) -> str:
    """Return the text of meta.json with format, version and checksum.

    The checksum is computed from the values as they are read back from JSON.
    """
    read_back = json.loads(json.dumps({"format": FORMAT, "format_version": VERSION, **meta}))
    return json.dumps({**read_back, CHECKSUM_KEY: meta_checksum(read_back)})


def meta_checksum(meta: Meta) -> str:
    """Return the SHA-256 of meta.json without its own checksum."""
    rest = {key: value for key, value in meta.items() if key != CHECKSUM_KEY}
    return sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def size_fault(text: bytes) -> str:
    """Return why a meta.json is too large; "" if it is not too large."""
    if len(text) > MAX_META_BYTES:
        return f"has {len(text):,} bytes, more than {MAX_META_BYTES:,}"
    values = sum(text.count(mark) for mark in (b",", b"[", b"{"))
    return f"holds {values:,} values, more than {MAX_META_VALUES:,}" if values > MAX_META_VALUES else ""


def is_too_deep(value: Any) -> bool:
    """Whether lists and mappings are nested deeper than `MAX_META_DEPTH`."""
    level = [value]
    for _ in range(MAX_META_DEPTH):
        inside = (item for part in level for item in (part.values() if isinstance(part, dict) else part))
        level = [item for item in inside if isinstance(item, dict | list)]
        if not level:
            return False
    return True
