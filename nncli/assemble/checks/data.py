"""Check that the data could be loaded: fractions, files, columns, values."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.assemble.check_context import CheckContext
from nncli.core.errors import Problem


def check_data(context: CheckContext) -> Iterable[Problem]:
    """Return the problems that `load_data` found."""
    return context.loaded.problems
