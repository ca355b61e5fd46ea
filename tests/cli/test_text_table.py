"""Tables as plain lines."""

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


def test_a_long_cell_goes_on_below_itself():
    lines = format_table(["a", "text"], [["x", "one two three four five six"], ["y", "z"]], width=22)
    assert lines == [
        " a   text",
        " ─────────────────────",
        " x   one two three",
        "     four five six",
        " y   z",
    ]
    assert max(map(len, lines)) <= 22


def test_the_widest_of_several_columns_gives_way():
    lines = format_table(["a", "b"], [["word " * 20, "word " * 4]], width=60, wrapped=(0, 1))
    assert max(map(len, lines)) <= 60
    assert lines[2].count("word") > 4


def test_a_cell_never_gets_narrower_than_a_word_needs():
    assert len(format_table(["a", "b"], [["x", "word " * 9]], width=4)[1]) == 1 + 1 + 3 + 16


def test_a_rule_that_the_terminal_has(monkeypatch):
    for encoding, rule in (("utf-8", "─"), ("latin-1", "-"), ("ascii", "-"), ("no such", "-"), (None, "─")):
        monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding=encoding))
        assert format_table(["a"], [["b"]])[1] == f" {rule}"
