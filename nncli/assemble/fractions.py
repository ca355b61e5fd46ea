"""Check that validation and test fractions leave rows to train on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nncli.config.spec import Data, Fraction
from nncli.core.errors import Problem


def check_fractions(data: Any) -> Iterator[Problem]:
    """Yield a problem if the fractions take all rows.

    Args:
        data: the data section, or Invalid.
    """
    if isinstance(data, Data):
        fractions = [part.fraction for part in (data.validation, data.test) if isinstance(part, Fraction)]
        if sum(fractions) >= 1:
            total = " + ".join(f"{fraction:g}" for fraction in fractions)
            message = f"validation and test take all of the rows ({total}); leave some to train on"
            yield Problem(("data", "validation"), message)
