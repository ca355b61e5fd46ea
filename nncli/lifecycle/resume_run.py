"""Resume a run from its last checkpoint; the results have the same bits as those of a run that was not stopped."""

from __future__ import annotations

import os
from typing import Any

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.config.writer import to_plain, to_yaml
from nncli.lifecycle.checkpointing import link_checkpoints, save_last_checkpoint
from nncli.lifecycle.data_changes import fingerprint_files
from nncli.lifecycle.extend_run import finished_before, is_extended, is_finished
from nncli.lifecycle.repair_run import check_nothing_saved
from nncli.lifecycle.restore_run import restore_run
from nncli.lifecycle.run_description import current_environment, write_description
from nncli.lifecycle.run_events import Listener, RunEnded
from nncli.lifecycle.run_failure import explain_save_errors
from nncli.lifecycle.training_run import train_session
from nncli.runs.directory import RunDirectory
from nncli.runs.environment import environment_changes
from nncli.runs.run_files import ENVIRONMENT, LAST, RESOLVED
from nncli.training.trainer import Trainer


def resume_run(run: RunDirectory, session: Session, document: Document | None, listener: Listener) -> RunEnded:
    """Resume a run from its last checkpoint, or start it if there is none yet.

    Args:
        run: a run directory whose lock is held.
        session: a session of the run's config, perhaps with more epochs.
        document: the config file, needed only if the run has not started yet; None without a file.
        listener: receives every event.

    Raises:
        RunError: if data, plugins or settings that must stay the same have changed.
        RunFailedError: if the run fails or is stopped.
    """
    run.remove_unfinished_files()
    trainer = session.trainer()
    if not os.path.exists(run.checkpoint(LAST)):  # the run ended before its first checkpoint
        check_nothing_saved(run)
        write_description(run, session, trainer, document)
    else:
        before = restore_run(run, session, trainer)
        if is_finished(run, trainer, before):
            ended = finished_before(run, session, trainer, before)
            listener(ended)
            return ended
        with explain_save_errors(run, session):
            _write_changes(run, session, trainer, before)
    missing = run.metrics.keep_epochs(trainer.epoch)
    if missing:
        session.notes.append(f"{missing} of the {trainer.epoch} epochs done are no longer in metrics.csv")
    return train_session(session, trainer, run, listener)


def _write_changes(run: RunDirectory, session: Session, trainer: Trainer, before: dict[str, Any]) -> None:
    """Write changed settings before training, so that they are not lost if this process is killed."""
    environment, after = run.read_json(ENVIRONMENT), to_plain(session.spec)
    if changed := environment_changes(environment, current_environment(session)):
        what = f"since the run began, {'; '.join(changed)}"
        session.notes.append(f"{what}: the last bits may differ from those of an uninterrupted run")
    if is_extended(trainer, before):
        trainer.reset_patience()
        session.notes.append("the run had stopped early; early stopping counts from zero again")
    if before != after or not os.path.exists(run.file(RESOLVED)):
        run.write_text(RESOLVED, to_yaml(after))
        data = fingerprint_files(session.files)  # the paths of the files may have changed
        run.write_json(ENVIRONMENT, {**environment, "data": data})
        save_last_checkpoint(session, trainer, run)
    link_checkpoints(session, trainer, run)
