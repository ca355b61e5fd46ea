"""Compare the data files of a run, by their SHA-256, with the files that the run began with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from nncli.data.files.fingerprint import fingerprint

MAX_LISTED_FILES = 3


def fingerprint_files(paths: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of every file by its path."""
    return {path: fingerprint(path) for path in paths}


def data_changes(environment: Mapping[str, Any], now: Mapping[str, str]) -> str:
    """Describe changes in the data files of a run; return "" if there are none.

    Changed paths are ignored if the files have the same contents in the same order.

    Args:
        environment: the run's environment.json.
        now: the SHA-256 of every data file of the current session, by its path.
    """
    known = _known_files(environment)
    if list(known.values()) == list(now.values()):
        return ""
    return _describe(
        {
            "content differs": [path for path in now if path in known and now[path] != known[path]],
            "new": [path for path in now if path not in known],
            "no longer read": [path for path in known if path not in now],
        }
    )


def changed_data_files(environment: Mapping[str, Any]) -> str:
    """Describe the data files of a run whose content has changed, ignoring missing files; "" if there are none."""
    there = {path: digest for path, digest in _known_files(environment).items() if os.path.isfile(path)}
    return _describe({"content differs": [path for path, digest in there.items() if fingerprint(path) != digest]})


def _known_files(environment: Mapping[str, Any]) -> dict[str, str]:
    known = environment.get("data")
    return known if isinstance(known, dict) else {}


def _describe(changed: Mapping[str, list[str]]) -> str:
    parts = [f"{what}: {_listed(paths)}" for what, paths in changed.items() if paths]
    return f"the data have changed since the run began ({'; '.join(parts)})" if parts else ""


def _listed(paths: list[str]) -> str:
    more = len(paths) - MAX_LISTED_FILES
    return ", ".join(paths[:MAX_LISTED_FILES]) + (f" and {more} more" if more > 0 else "")
