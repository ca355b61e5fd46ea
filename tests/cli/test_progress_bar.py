"""Test which losses and metrics are shown beside the progress bar."""

from __future__ import annotations

from nncli.cli.progress_bar import fit_measures

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


def test_all_measures_are_shown_if_they_fit():
    line = "train_loss 0.5000  train_accuracy 0.7500  val_loss 0.2500  val_accuracy 0.8750"
    assert fit_measures(RECORD, 100) == fit_measures(RECORD, len(line)) == line


def test_losses_take_precedence_and_the_order_is_kept():
    assert fit_measures(RECORD, 60) == "train_loss 0.5000  val_loss 0.2500  val_accuracy 0.8750"
    assert fit_measures(RECORD, 40) == "train_loss 0.5000  val_loss 0.2500"
    assert fit_measures(RECORD, 20) == "val_loss 0.2500"
    assert fit_measures(RECORD, 3) == ""
