"""What fits beside the bar."""

from __future__ import annotations

from nncli.cli.progress_bar import fit_measures
from nncli.cli.run_display import RunDisplay

from nncli.training.events import StepSkipped

RECORD = {
    "epoch": 3,
    "step": 90,
    "train_loss": 0.5,
    "train_accuracy": 0.75,
    "val_loss": 0.25,
    "val_accuracy": 0.875,
    "learning_rate": 0.001,
    "seconds": 1.5,
}


def test_with_room_for_all_all_are_shown():
    whole = "train_loss 0.5000  train_accuracy 0.7500  val_loss 0.2500  val_accuracy 0.8750"
    assert fit_measures(RECORD, 100) == fit_measures(RECORD, len(whole)) == whole


def test_the_losses_stay_longest_and_keep_their_order():
    assert fit_measures(RECORD, 60) == "train_loss 0.5000  val_loss 0.2500  val_accuracy 0.8750"
    assert fit_measures(RECORD, 40) == "train_loss 0.5000  val_loss 0.2500"
    assert fit_measures(RECORD, 20) == "val_loss 0.2500"
    assert fit_measures(RECORD, 3) == ""


def test_lines_go_above_the_bar_where_there_is_one(capsys):
    shown = []

    class Bar:
        line = staticmethod(shown.append)

    display = RunDisplay(quiet=False)
    display(StepSkipped(1, 2, 1))
    display._bar = Bar()
    display(StepSkipped(1, 3, 2))
    display.stopping()
    assert capsys.readouterr().err == "epoch 1, step 2: skipped, its numbers are not finite (1 so far)\n"
    heard = "stopping after this step; a second time ends at once"
    assert shown == ["epoch 1, step 3: skipped, its numbers are not finite (2 so far)", heard]
    quiet = RunDisplay(quiet=True)
    quiet(StepSkipped(1, 2, 1))
    quiet.stopping()
    assert capsys.readouterr().err == ""
