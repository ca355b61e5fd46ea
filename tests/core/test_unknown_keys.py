"""Test the advice for unknown keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest

from nncli.core.builder import Builder
from nncli.core.checked import Checked
from nncli.core.unknown_keys import likely_fields, unknown_key_advice


@dataclass(frozen=True)
class Inner(Checked):
    """The innermost class."""

    depth: int = 0


@dataclass(frozen=True)
class Middle(Checked):
    """The class that contains `Inner`."""

    inner: Inner | None = None
    width: int = 0


@dataclass(frozen=True)
class Outer(Checked):
    """The outermost class, with keys of other libraries."""

    stray_keys: ClassVar[Mapping[str, str]] = {"size": "it is units here", "group": "it is there.units.of_it"}

    units: int
    middle: Middle = Middle()


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("size", ("a",), ": it is units here"),
        ("width", (), "; it belongs under middle, as middle.width"),
        ("width", ("model", 0), "; it belongs under model.0.middle, as model.0.middle.width"),
        ("depth", ("a",), "; it belongs under a.middle.inner, as a.middle.inner.depth"),
        ("unit", ("a",), "; did you mean 'units'? Known: units, middle"),
        ("units:3", ("a",), "; a space is missing after the colon in 'units:3'"),
    ],
)
def test_an_unknown_key_gets_advice(name, path, expected):
    assert unknown_key_advice(name, Outer, path) == expected


@pytest.mark.parametrize(
    ("name", "fields"), [("size", {"units"}), ("group", set()), ("unit", {"units"}), ("colour", set())]
)
def test_likely_fields_are_found(name, fields):
    assert likely_fields(name, Outer) == fields


@pytest.mark.parametrize(("name", "problems"), [("size", 1), ("unit", 1), ("group", 2), ("colour", 2)])
def test_a_misspelt_required_key_is_not_also_reported_as_missing(name, problems):
    builder = Builder()
    builder.make(Outer, {name: 3}, ())
    assert len(builder.problems) == problems
