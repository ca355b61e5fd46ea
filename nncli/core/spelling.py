"""Suggestions for names that are not known, in one wording."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def nearest_file(path: str) -> str:
    """A question with the nearest name in the folder of a file that is not there, or nothing."""
    folder, name = os.path.split(path)
    try:
        match = nearest(name, os.listdir(folder or "."))
    except OSError:
        return ""
    return f"; did you mean {os.path.join(folder, match)!r}?" if match else ""


def suggestion(name: str, known: Iterable[str], aliases: Iterable[str] = ()) -> str:
    """What follows "unknown key": the nearest name, if any is near, then the names that are known.

    Args:
        name: what the user wrote.
        known: what they could have written.
        aliases: other names that would do, which are suggested but not listed.
    """
    known = list(known)
    match = nearest(name, [*known, *aliases])
    listing = f" Known: {', '.join(known)}" if known else ""
    return f"; did you mean {match!r}?{listing}" if match else f".{listing}"
