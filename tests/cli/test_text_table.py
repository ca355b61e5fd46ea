"""Test the layout of text tables."""

from __future__ import annotations

from types import SimpleNamespace

from nncli.cli.text_table import format_table


def test_columns_are_as_wide_as_their_widest_cell():
    assert format_table(["a", "number"], [["long name", "1"], ["b", "1,000"]], right=(1,)) == [
        " a           number",
        " ──────────────────",
        " long name        1",
        " b            1,000",
    ]


def test_a_long_cell_is_wrapped():
    lines = format_table(["a", "text"], [["x", "one two three four five six"], ["y", "z"]], width=22)
    assert lines == [
        " a   text",
        " ─────────────────────",
        " x   one two three",
        "     four five six",
        " y   z",
    ]
    assert max(map(len, lines)) <= 22


def test_the_widest_column_is_narrowed():
    lines = format_table(["a", "b"], [["word " * 20, "word " * 4]], width=60, wrapped=(0, 1))
    assert max(map(len, lines)) <= 60
    assert lines[2].count("word") > 4


def test_a_wrapped_column_keeps_a_minimum_width():
    assert len(format_table(["a", "b"], [["x", "word " * 9]], width=4)[1]) == 1 + 1 + 3 + 16


def test_the_rule_uses_a_character_of_the_encoding(monkeypatch):
    for encoding, rule in (("utf-8", "─"), ("latin-1", "-"), ("ascii", "-"), ("no such", "-"), (None, "─")):
        monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding=encoding))
        assert format_table(["a"], [["b"]])[1] == f" {rule}"
