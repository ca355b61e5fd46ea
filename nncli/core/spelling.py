"""Suggestions for names that are not known, in one wording."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable

from nncli.core.text_format import join_names

CONFIGS = (".yaml", ".yml")  # which data are never meant by, nor the other way round
LONGEST = 100  # characters of a name that are compared


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None.

    One that looks like it, or begins with it, or whose words have its letters as initials (lr for learning_rate).
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    lower = name.lower()
    matches = difflib.get_close_matches(lower[:LONGEST], by_lower, n=1, cutoff=0.6)
    if not matches and len(lower) > 1:
        matches = [candidate for candidate in by_lower if candidate.startswith(lower)]
        matches += [other for other in by_lower if "".join(word[:1] for word in other.split("_")) == lower]
    return by_lower[matches[0]] if matches else None


def plainly(name: str) -> str:
    """A name without what libraries add: a module before it, capitals, underscores; Loss, Layer or Score after it."""
    plain = name.rsplit(".", 1)[-1].lower().replace("_", "").replace("-", "")
    return re.sub("(?<=.)(loss|layer|score)$", "", plain)


def nearest_file(path: str) -> str:
    """A question with the nearest name in the folder of a file that is not there, or nothing.

    A name has to be near without its ending too; where the folder is not there, its own nearest name is given.
    """
    folder, name = os.path.split(path.rstrip("/"))
    try:
        while folder and folder != "/" and not os.path.isdir(folder):
            folder, name = os.path.split(folder)
        there = os.listdir(folder or ".")
    except (OSError, ValueError):
        return ""
    stem = name.split(".")[0]
    config = name.endswith(CONFIGS)
    there = [other for other in there if other.endswith(CONFIGS) == config]
    near = [other for other in sorted(there) if nearest(stem, [other.split(".")[0]])]
    match = nearest(name, near) or next(iter(near), None)
    return f"; did you mean {os.path.join(folder, match)!r}?" if match else ""


def by_likeness(name: str, known: Iterable[str]) -> list[str]:
    """The known names, those that look most like `name` first."""
    matcher = difflib.SequenceMatcher(b=name.lower()[:LONGEST])

    def likeness(candidate: str) -> float:
        matcher.set_seq1(candidate.lower())
        return matcher.ratio()

    return sorted(known, key=likeness, reverse=True)


def suggestion(name: str, known: Iterable[str], aliases: Iterable[str] = (), listing: str | None = None) -> str:
    """What follows "unknown key": the nearest name, if any is near, then the names that are known.

    Args:
        name: what the user wrote.
        known: what they could have written.
        aliases: other names that would do, which are suggested but not listed.
        listing: what to say in place of all known names.
    """
    known = list(known)
    match = nearest(name, [*known, *aliases])
    listed = f" Known: {join_names(known) if listing is None else listing}" if known else ""
    return f"; did you mean {match!r}?{listed}" if match else f".{listed}"
