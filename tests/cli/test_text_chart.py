"""Test charts, and the chart of the learning rate that `nncli check` draws."""

from __future__ import annotations

import json

import pytest

from nncli.cli import text_chart
from nncli.cli.text_chart import draw_chart
from tests.workflows import tiny

DECREASING = [1 - index / 99 for index in range(100)]


@pytest.fixture
def ascii_terminal(monkeypatch):
    """Pretend that the terminal has ASCII characters only."""
    monkeypatch.setattr(text_chart, "can_encode", str.isascii)


def test_a_decreasing_line_is_drawn():
    assert draw_chart(DECREASING, 10, "epochs", 24) == [
        "   1 ┤█▂",
        "     │██▄",
        "     │███▇▁",
        "     │█████▃",
        " 0.5 ┤██████▅",
        "     │███████▇▁",
        "     │█████████▄",
        "     │██████████",
        "   0 └───────────",
        "      0   5    10 epochs",
    ]


def test_each_of_two_values_fills_half_of_the_width():
    drawn = draw_chart([2.0, 1.0], 2, "epochs", 80)
    assert {line[4:] for line in drawn[:4]} == {"█" * 30}
    assert {line[4:] for line in drawn[4:8]} == {"█" * 60}


@pytest.mark.usefixtures("ascii_terminal")
def test_ascii_terminals_get_a_chart_without_block_characters():
    drawn = draw_chart(DECREASING, 3, "epochs", 24)
    assert drawn[:3] == ["   1 |#", "     |###", "     |####"]
    assert drawn[8:] == ["   0 +-----------", "      0   1.5   3 epochs"]
    assert all(line.isascii() for line in drawn)


@pytest.mark.parametrize("width", [30, 80, 120, 300])
@pytest.mark.parametrize("end", [1, 7, 40, 1_000_000])
@pytest.mark.parametrize("values", [DECREASING, [1e-12, 3e-5], [0.0, 1.0, 0.0], [1234567.0] * 2000 + [0.0]], ids=len)
def test_the_chart_fits_the_width_and_shows_the_first_and_last_value(values, end, width):
    *rows, axis, below = draw_chart(values, end, "epochs", width)
    assert max(map(len, (*rows, axis, below))) <= width
    assert len(rows) == text_chart.ROWS
    columns = axis.count("─")
    assert columns <= text_chart.MAX_COLUMNS
    begin = axis.index("└") + 1
    cells = [row.ljust(begin + columns)[begin:] for row in rows]
    heights = [sum(" ▁▂▃▄▅▆▇█".index(cell) for cell in column) for column in zip(*cells, strict=True)]
    assert max(heights) == 8 * text_chart.ROWS
    assert heights[0] == round(64 * values[0] / max(values))
    assert len(set(heights)) > 1
    assert heights[-1] == round(64 * values[-1] / max(values))
    assert below[begin] == "0"
    assert below[: begin + columns].endswith(f"{end:,}")


def rate_chart(nncli, inside, schedule, **training):
    """Return the lines that check prints about the learning rate of a schedule."""
    optimizer = {"type": "adam", "learning_rate": schedule}
    values = tiny.classifier(optimizer=optimizer, training={"epochs": 40, "batch_size": 16, **training})
    (inside / "a.yaml").write_text(json.dumps(values))
    found = nncli("check", "a.yaml")
    assert found.code == 0
    lines = found.out.splitlines()
    begin = next((index for index, line in enumerate(lines) if line.startswith("rate ")), len(lines))
    return lines[begin:]


def test_check_draws_the_schedule(nncli, inside):
    line, blank, *drawn = rate_chart(
        nncli, inside, {"type": "cosine", "initial": 1e-3, "final": 1e-5, "warmup_steps": 10}
    )
    assert line == "rate      cosine after 10 steps of warm-up: first 0.0001, highest 0.001, last 1e-05"
    assert blank == ""
    assert len(drawn) == 10
    assert drawn[0].startswith("  0.001 ┤ ")
    assert drawn[-1].endswith("40 epochs")


@pytest.mark.parametrize(
    ("schedule", "training", "line"),
    [
        ({"type": "constant", "initial": 0.1}, {}, "constant: 0.1 in every step"),
        ({"type": "step", "initial": 0.1, "factor": 0.5, "every_epochs": 40}, {}, "step: 0.1 in every step"),
        ({"type": "cosine", "initial": 0.1}, {"epochs": 1, "batch_size": 99}, "cosine: 0.1 in every step"),
        (
            {"type": "reduce_on_plateau", "initial": 0.1, "cooldown": 2, "final": 1e-6},
            {},
            "reduce_on_plateau: 0.1, times 0.1 whenever val_loss has not improved for 10 epochs "
            "(not counting the 2 epochs after each change), down to 1e-06",
        ),
        (
            {"type": "reduce_on_plateau", "initial": 0.1, "patience": 1, "warmup_steps": 1},
            {},
            "reduce_on_plateau after 1 step of warm-up: 0.1, times 0.1 whenever val_loss has not improved for 1 epoch",
        ),
    ],
)
def test_constant_and_metric_dependent_rates_are_described(nncli, inside, schedule, training, line):
    assert rate_chart(nncli, inside, schedule, **training) == [f"rate      {line}"]


def test_a_plain_rate_is_not_shown(nncli, inside):
    assert rate_chart(nncli, inside, 0.1) == []


def test_a_run_of_very_many_steps_is_charted(nncli, inside):
    schedule = {"type": "linear", "initial": 0.1, "warmup_steps": 1000}
    line, _, *drawn = rate_chart(nncli, inside, schedule, epochs=10**9)
    assert line.endswith(": first 0.0001, highest 0.1, last 0")
    assert drawn[-1].endswith("1,000,000,000 epochs")


def test_a_run_of_two_steps_is_charted(nncli, inside):
    line, _, *drawn = rate_chart(
        nncli, inside, {"type": "linear", "initial": 0.2, "final": 0.1}, epochs=2, batch_size=99
    )
    assert line.endswith("first 0.2, highest 0.2, last 0.1")
    assert drawn[-1].split() == ["0", "1", "2", "epochs"]
