"""Test that messages stay short."""

from __future__ import annotations

from nncli.core.spelling import nearest, suggestion
from nncli.core.text_format import join_names, truncate
from nncli.core.value_text import format_value


def test_truncated_texts_keep_both_ends():
    assert truncate("short") == "short"
    long = truncate("a" * 500 + "z" * 500)
    assert (long[0], long[-1], len(long) < 80) == ("a", "z", True)
    assert "..." in long


def test_long_lists_of_names_show_the_first_ones():
    assert join_names(["a", "b"]) == "a, b"
    listed = join_names([f"column_{index}" for index in range(300)])
    assert listed.startswith("column_0, column_1, ")
    assert listed.endswith("column_39 and 260 more")
    assert len(join_names(["x" * 1000] * 3)) < 150


def test_quoted_values_and_suggestions_stay_short():
    many = {f"key_{index}" * 30: 1 for index in range(300)}
    assert len(format_value(many)) < 2500
    assert len(format_value(10**500)) < 90
    assert len(format_value("x" * 10_000)) < 90
    assert len(suggestion("x" * 10_000, many)) < 2500


def test_abbreviations_are_suggested():
    known = ["learning_rate", "batch_size", "accuracy", "epochs"]
    assert [nearest(name, known) for name in ("lr", "bs", "acc", "learn")] == [
        "learning_rate",
        "batch_size",
        "accuracy",
        "learning_rate",
    ]
    assert nearest("zz", known) is None
    assert nearest("a", known) is None
