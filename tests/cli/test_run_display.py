"""Test what a run prints while it trains."""

from __future__ import annotations

from nncli.cli.run_display import RunDisplay
from nncli.training.events import StepSkipped


def test_lines_are_printed_above_the_progress_bar(capsys):
    shown = []

    class Bar:
        print_line = staticmethod(shown.append)

    display = RunDisplay(quiet=False)
    display(StepSkipped(1, 2, 1))
    display._bar = Bar()
    display(StepSkipped(1, 3, 2))
    display.stopping()
    assert (
        capsys.readouterr().err
        == "epoch 1, step 2: skipped, because it produced NaN or infinity (1 skipped step so far)\n"
    )
    stopping = "stopping after this step; press Ctrl-C again to quit now"
    assert shown == ["epoch 1, step 3: skipped, because it produced NaN or infinity (2 skipped steps so far)", stopping]


def test_quiet_prints_nothing(capsys):
    display = RunDisplay(quiet=True)
    display(StepSkipped(1, 2, 1))
    display.stopping()
    assert capsys.readouterr().err == ""
