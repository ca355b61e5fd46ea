"""Mark parameters of tests as long; long tests run only with --full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def marked(cases: Iterable[Any]) -> list[Any]:
    """Return the cases as parameters of a test; those whose attribute `long` is true are marked long."""
    return [pytest.param(case, marks=pytest.mark.long if getattr(case, "long", False) else ()) for case in cases]


def first(count: int, values: Iterable[Any]) -> list[Any]:
    """Return the values (tuples for several parameters) as parameters of a test; all but the first `count` are long."""
    return [
        pytest.param(
            *(value if isinstance(value, tuple) else (value,)), marks=() if index < count else pytest.mark.long
        )
        for index, value in enumerate(values)
    ]
