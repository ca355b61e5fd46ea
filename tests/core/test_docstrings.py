"""Test parsing docstrings, and the documentation of fields."""

from __future__ import annotations

import inspect

from nncli.core.docstrings import parse_class_docstring, parse_docstring
from nncli.core.field_docs import document_fields
from nncli.nn.layers import Conv2D
from nncli.optim import SGD

TEXT = """\
What it does,
in two lines.

y = x
  + b

More about it.

Shape: (in,) -> (out,)
    or (*)

Args:
    units: how many,
        at least 1.
    bias: whether, as in
        a: b.
Raises:
    ShapeError: never.
Reference: Somebody, 1999.
"""


def test_all_parts_are_parsed():
    found = parse_docstring(TEXT)
    assert found.summary == "What it does, in two lines."
    assert found.body == "y = x\n  + b\n\nMore about it."
    assert found.fields == {"units": "how many, at least 1.", "bias": "whether, as in a: b."}
    assert found.sections == {
        "Shape": "(in,) -> (out,) or (*)",
        "Raises": "ShapeError: never.",
        "Reference": "Somebody, 1999.",
    }


def test_an_empty_docstring_has_no_parts():
    found = parse_docstring("")
    assert (found.summary, found.body, found.sections, found.fields) == ("", "", {}, {})


def test_undocumented_fields_are_inherited():
    class Base:
        """A base.

        Args:
            a: of the base.
            b: of the base.
        """

    class Derived(Base):
        """A class.

        Args:
            b: its own.
        """

    assert parse_class_docstring(Derived).fields == {"a": "of the base.", "b": "its own."}
    assert parse_class_docstring(Derived).summary == "A class."


def test_required_fields_come_first():
    names = [item.name for item in document_fields(Conv2D)]
    assert names[:2] == ["filters", "kernel_size"]
    assert names[2:] == ["stride", "padding", "dilation", "groups", "bias", "initializer"]
    assert [item.required for item in document_fields(Conv2D)] == [True] * 2 + [False] * 6


def test_expected_values_and_defaults_are_described():
    momentum = next(item for item in document_fields(SGD) if item.name == "momentum")
    assert (momentum.expected, momentum.default_text) == ("a number in [0, 1)", "0.0")
    assert momentum.text == "decay of the velocity, in [0, 1)."
    assert inspect.getdoc(SGD)
