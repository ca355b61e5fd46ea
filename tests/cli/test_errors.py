"""Test how errors are shown on a terminal and elsewhere."""

from __future__ import annotations

import pytest

from nncli.cli.errors import format_error
from nncli.core.errors import ConfigError, UserError
from nncli.workflows.check import check

CONFIG = """\
data:
  train: {dataset: digits}
model:
  - {type: dense, unts: 64}
  - softmx
loss: cross_entropy
optimizer: adam
"""


class Terminal:
    """Standard error as a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def error(tmp_path, monkeypatch):
    """Return a function that checks a config and returns its error; standard error is then a terminal."""
    monkeypatch.chdir(tmp_path)

    def make(text=CONFIG, *settings):
        (tmp_path / "a.yaml").write_text(text)
        with pytest.raises(ConfigError) as caught:
            check("a.yaml", settings)
        monkeypatch.setattr("sys.stderr", Terminal())
        monkeypatch.setenv("NO_COLOR", "1")
        return caught.value

    return make


def test_a_terminal_gets_the_line_and_a_caret(error):
    lines = format_error(error()).splitlines()
    assert lines[0].startswith("a.yaml:4:19: model.0.unts: unknown key")
    assert lines[1:3] == ["  4 |   - {type: dense, unts: 64}", "    |                   ^^^^"]
    assert lines[3].startswith("a.yaml:5:5: model.1: unknown layer")
    assert lines[4:] == ["  5 |   - softmx", "    |     ^^^^^^", "2 problems in a.yaml; nothing was run"]


def test_every_problem_is_one_line_if_standard_error_is_not_a_terminal(error, monkeypatch):
    found = error()
    monkeypatch.undo()
    assert format_error(found) == str(found)
    assert len(str(found).splitlines()) == 3


def test_syntax_errors_show_their_line(error):
    assert format_error(error("data: {train: [1, 2}\n")).splitlines()[1:3] == [
        "  1 | data: {train: [1, 2}",
        "    |                    ^",
    ]
    assert format_error(error("data:\n\ttrain: 3\n")).splitlines()[1:3] == ["  2 | \ttrain: 3", "    | ^"]


def test_a_problem_in_a_setting_shows_no_line(error):
    lines = format_error(error(CONFIG.replace("unts", "units").replace("softmx", "softmax"), "seed=-1")).splitlines()
    assert lines[0].startswith("a.yaml:")  # 64 outputs, but 10 classes
    assert lines[-2:] == ["--set: seed: expected a whole number of at least 0; got -1", lines[-1]]
    assert lines[-1] == "2 problems in a.yaml; nothing was run"


def test_no_color_is_honoured(error, monkeypatch):
    found = error()
    assert "\x1b" not in format_error(found)
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[31m" in format_error(found)


def test_other_errors_show_only_their_message(error):
    error()
    assert format_error(UserError("no such file")) == "no such file"


def test_only_a_part_of_a_long_line_is_shown(error):
    keys = ", ".join(f"key_{index}: 1" for index in range(500))
    lines = format_error(error(f"data: {{train: {{dataset: digits}}}}\ntraining: {{{keys}}}\n")).splitlines()
    assert max(map(len, lines)) < 400
    shown = next(line for line in lines if line.startswith("  2 | ") and "key_150: 1" in line)
    caret = lines[lines.index(shown) + 1]
    assert shown[caret.index("^") : caret.rindex("^") + 1].startswith("key_")
