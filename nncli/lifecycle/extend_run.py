"""Resume a finished run: leave it unchanged, or extend it by more epochs."""

from __future__ import annotations

from typing import Any

from nncli.assemble.session import Session
from nncli.config.writer import to_plain
from nncli.core.errors import RunError
from nncli.core.text_format import count_noun
from nncli.lifecycle.config_changes import config_changes
from nncli.lifecycle.plugin_record import plugin_options
from nncli.lifecycle.run_events import FINISHED_BEFORE, RunEnded
from nncli.lifecycle.schedule_length import ends_at_zero, fixed_length_setting
from nncli.runs.directory import RunDirectory
from nncli.training.trainer import Trainer


def is_finished(run: RunDirectory, trainer: Trainer, before: dict[str, Any]) -> bool:
    """Whether a run is finished, so that there is nothing left to train.

    Args:
        run: the run directory.
        trainer: the trainer, restored from the last checkpoint.
        before: the config that the checkpoint was saved with, as plain values.

    Raises:
        RunError: if the run has trained longer than training.epochs.
    """
    epochs = trainer.settings.epochs
    if run.state == "finished" and trainer.ended and not is_extended(trainer, before):
        return True
    if (trainer.epoch, trainer.step_in_epoch) > (epochs, 0):
        steps = f" and {count_noun(trainer.step_in_epoch, 'step')}" if trainer.step_in_epoch else ""
        done = f"{count_noun(trainer.epoch, 'epoch')}{steps} are done already"
        raise RunError(f"{run.path}: training.epochs is {epochs}, but {done}; set more epochs")
    return False


def is_extended(trainer: Trainer, before: dict[str, Any]) -> bool:
    """Whether a run that stopped early has more epochs in its new config."""
    return trainer.stopped_early and trainer.settings.epochs > before["training"]["epochs"]


def finished_before(run: RunDirectory, session: Session, trainer: Trainer, before: dict[str, Any]) -> RunEnded:
    """Return the final event of a run that is already finished, with the setting that extends it."""
    ignored = "; ".join(config_changes(before, to_plain(session.spec), changeable=()))
    return RunEnded(
        run.path,
        FINISHED_BEFORE,
        trainer.best_record,
        trainer.last_record,
        note=f"changed settings were ignored, because the run is finished: {ignored}" if ignored else "",
        options=plugin_options(session.spec),
        extend_with=None if ends_at_zero(session.spec) else fixed_length_setting(session.spec),
    )
