"""Restore a session and its trainer from the last checkpoint of a run."""

from __future__ import annotations

from typing import Any

from nncli.assemble.session import Session
from nncli.config.writer import to_plain
from nncli.core.errors import CheckpointError
from nncli.lifecycle.checkpoint_spec import checkpoint_spec
from nncli.lifecycle.checkpoint_weights import check_weights, set_weights
from nncli.lifecycle.checkpointing import is_best_state
from nncli.lifecycle.next_command import NEW_RUN
from nncli.lifecycle.repair_run import check_best_checkpoint, last_checkpoint_remedy
from nncli.lifecycle.restore_trainer import restore_trainer
from nncli.lifecycle.run_identity import check_same_run
from nncli.runs import checkpoint
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import LAST
from nncli.training.trainer import Trainer


def restore_run(run: RunDirectory, session: Session, trainer: Trainer) -> dict[str, Any]:
    """Restore session and trainer from last.npz.

    Returns:
        The config that the checkpoint was saved with, as plain values.

    Raises:
        RunError: if data, plugins or settings that must stay the same have changed.
        CheckpointError: if last.npz or best.npz is damaged or missing; the message says how to replace it.
    """
    last = run.checkpoint(LAST)
    try:
        meta = checkpoint.read_meta(last)
        before = checkpoint_spec(last, meta)
        check_same_run(run, session, meta, before)
        layout = session.network.layout
        meta, arrays = checkpoint.load(last, check_meta=lambda found: check_weights(last, layout, found["arrays"]))
    except CheckpointError as error:
        raise CheckpointError(f"{error}; {last_checkpoint_remedy(run) or NEW_RUN}") from None
    set_weights(last, session.network, arrays)
    restore_trainer(last, trainer, meta, arrays)
    if trainer.best_record and not is_best_state(trainer):  # in the best state, best.npz becomes a link to last.npz
        check_best_checkpoint(run, trainer)
    return to_plain(before)
