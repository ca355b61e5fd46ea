"""Suggest known names for unknown ones."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable

from nncli.core.text_format import join_names

CONFIG_ENDINGS = (".yaml", ".yml")  # a config is never suggested for a data file, nor a data file for a config
MAX_COMPARED = 100  # only so many characters of a name are compared


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was most likely meant to be, or None.

    The known name has a similar spelling, starts with `name`, or consists of words with these initials (lr for
    learning_rate).
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    lower = name.lower()
    matches = difflib.get_close_matches(lower[:MAX_COMPARED], by_lower, n=1, cutoff=0.6)
    if not matches and len(lower) > 1:
        matches = [candidate for candidate in by_lower if candidate.startswith(lower)]
        matches += [other for other in by_lower if "".join(word[:1] for word in other.split("_")) == lower]
    return by_lower[matches[0]] if matches else None


def normalize_name(name: str) -> str:
    """Return a name in lower case without its module, underscores, hyphens, and the endings Loss, Layer and Score."""
    plain = name.rsplit(".", 1)[-1].lower().replace("_", "").replace("-", "")
    return re.sub("(?<=.)(loss|layer|score)$", "", plain)


def nearest_file(path: str) -> str:
    """Return "; did you mean ...?" with the most similar name in the folder of a missing file, or "".

    The names must also be similar without endings. If the folder is missing, a similar folder is suggested.
    """
    folder, name = os.path.split(path.rstrip("/"))
    try:
        while folder and folder != "/" and not os.path.isdir(folder):
            folder, name = os.path.split(folder)
        there = os.listdir(folder or ".")
    except (OSError, ValueError):
        return ""
    stem = name.split(".")[0]
    config = name.endswith(CONFIG_ENDINGS)
    there = [other for other in there if other.endswith(CONFIG_ENDINGS) == config]
    near = [other for other in sorted(there) if nearest(stem, [other.split(".")[0]])]
    match = nearest(name, near) or next(iter(near), None)
    return f"; did you mean {os.path.join(folder, match)!r}?" if match else ""


def sort_by_similarity(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names, most similar first."""
    matcher = difflib.SequenceMatcher(b=name.lower()[:MAX_COMPARED])

    def similarity(candidate: str) -> float:
        matcher.set_seq1(candidate.lower())
        return matcher.ratio()

    return sorted(known, key=similarity, reverse=True)


def suggestion(name: str, known: Iterable[str], aliases: Iterable[str] = (), listing: str | None = None) -> str:
    """Return the end of an "unknown key" message: the most similar name, if there is one, and the known names.

    Args:
        name: the unknown name.
        known: the known names.
        aliases: further names, which are suggested but not listed.
        listing: text to show instead of all known names.
    """
    known = list(known)
    match = nearest(name, [*known, *aliases])
    listed = f" Known: {join_names(known) if listing is None else listing}" if known else ""
    return f"; did you mean {match!r}?{listed}" if match else f".{listed}"
