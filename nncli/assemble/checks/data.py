"""Data that cannot be loaded: fractions, files, columns, values."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.assemble.subject import Subject
from nncli.core.errors import Problem


def check_data(subject: Subject) -> Iterable[Problem]:
    """Everything that was found wrong while the data were loaded."""
    return subject.loaded.problems
