"""Test how values are shown in messages."""

from __future__ import annotations

import pytest

from nncli.core.value_text import format_value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing (null)"),
        (True, "true"),
        (False, "false"),
        (4, "4"),
        (4.0, "4.0"),
        (float("nan"), ".nan"),
        ("relu", "'relu'"),
        ([1, "a", None], "[1, 'a', nothing (null)]"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, ...]"),
        ({}, "a mapping without keys"),
        ({"a": 1, "b": 2}, "a mapping with the keys a, b"),
        (object(), "an object"),
    ],
    ids=["null", "true", "false", "int", "float", "nan", "text", "list", "long list", "empty", "mapping", "object"],
)
def test_values_look_like_yaml(value, words):
    assert format_value(value) == words


def test_long_values_are_truncated():
    assert len(format_value("x" * 1000)) < 90
    assert format_value(["x" * 50] * 6) == "a list of 6"
