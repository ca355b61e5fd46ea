"""What a test tries always, and what only with --full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def marked(cases: Iterable[Any]) -> list[Any]:
    """The cases, as those of a test; those whose `long` is true are long."""
    return [pytest.param(case, marks=pytest.mark.long if getattr(case, "long", False) else ()) for case in cases]


def first(count: int, values: Iterable[Any]) -> list[Any]:
    """The values, tuples for several parameters, as those of a test; all but the first `count` are long."""
    return [
        pytest.param(
            *(value if isinstance(value, tuple) else (value,)), marks=() if index < count else pytest.mark.long
        )
        for index, value in enumerate(values)
    ]
