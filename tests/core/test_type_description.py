"""Test how types are described in messages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MinLen

from nncli.core.registry import LAYERS, OPTIMIZERS
from nncli.core.type_description import describe_type


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "a whole number"),
        (float, "a number"),
        (str, "text"),
        (bool, "true or false"),
        (str | None, "text or null"),
        (Annotated[int, Ge(1)], "a whole number of at least 1"),
        (Annotated[float, Gt(0)], "a number above 0"),
        (Annotated[float, Le(3)], "a number of at most 3"),
        (Annotated[float, Lt(3)], "a number below 3"),
        (Annotated[float, Interval(ge=0, lt=1)], "a number in [0, 1)"),
        (Annotated[float, Interval(gt=0, le=1)], "a number in (0, 1]"),
        (Annotated[float, Ge(0), Le(2)], "a number in [0, 2]"),
        (Literal["valid"], "valid"),
        (Literal["a", "b"], "one of a, b"),
        (tuple[int, int], "a pair of whole numbers"),
        (tuple[int, int, int], "a triple of whole numbers"),
        (tuple[int, int, int, int], "a list of 4 whole numbers"),
        (tuple[str, ...], "a list of texts"),
        (dict[str, float], "a mapping of names to numbers"),
        (dict[str, dict[str, float]], "a mapping of names to mappings of names to numbers"),
        (Annotated[dict[str, int], MinLen(1)], "a mapping of names to whole numbers with at least 1 entry"),
        (
            Literal["balanced"] | dict[str, Annotated[float, Gt(0)]] | None,
            "balanced or a mapping of names to numbers above 0 or null",
        ),
        (dict[str, Annotated[Any, OPTIMIZERS]], "a mapping of names to optimizers"),
        (Annotated[tuple[str, ...], MinLen(1)], "a list of texts with at least 1 entry"),
        (Annotated[tuple[str, ...], Len(2)], "a list of texts with at least 2 entries"),
        (Annotated[int, Ge(1)] | tuple[int, int], "a whole number of at least 1 or a pair of whole numbers"),
        (Annotated[Any, OPTIMIZERS], "an optimizer"),
        (tuple[Annotated[Any, LAYERS], ...], "a list of layers"),
    ],
    ids=str,
)
def test_types_are_described_in_words(annotation, words):
    assert describe_type(annotation) == words
