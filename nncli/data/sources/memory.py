"""Arrays given from Python."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.errors import DataError
from nncli.data.rows import Rows
from nncli.data.source import Source, source

FROM_PYTHON = "memory"


@source(FROM_PYTHON)
@dataclass(frozen=True)
class Memory(Source):
    """Stands in a checkpoint for arrays that were given from Python; it cannot be read again.

    Args:
        classes: which labels to use and in what order; default all.
    """

    listed = False

    def read(self, *, targets: bool = True) -> Rows:
        """Always an error: there is no file."""
        known = "the rows were given from Python and are in no file"
        raise DataError(f"{known}; go on in Python, with nncli.Model.load, or name a source")
