"""Record that a run has failed or was stopped, and tell the user how to resume it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from nncli.assemble.session import Session
from nncli.core.errors import CheckpointError, SaveError, StoppedError
from nncli.lifecycle.checkpointing import save_last_checkpoint
from nncli.lifecycle.next_command import resume_command
from nncli.runs import checkpoint
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import LAST
from nncli.training.trainer import Trainer


def record_failure(run: RunDirectory | None, trainer: Trainer, reason: str) -> None:
    """Set the state of a run to failed and log the reason, if the files can be written."""
    if run is not None:
        with contextlib.suppress(SaveError):  # the disk may have failed
            run.set_status("failed", trainer.epoch, trainer.step, reason)
            run.log(reason)


def record_stop(session: Session, trainer: Trainer, run: RunDirectory | None, signal: int) -> StoppedError:
    """Save the checkpoint of a run that is stopped by a signal; return the error with the command that resumes the run.

    Raises:
        SaveError: if the checkpoint cannot be saved.
    """
    if run is None:
        return StoppedError("stopped; nothing was saved, because there is no run directory", signal)
    save_last_checkpoint(session, trainer, run)
    run.set_status("stopped", trainer.epoch, trainer.step, f"signal {signal}")
    where = "after the last epoch" if trainer.ended else f"in epoch {trainer.epoch + 1} after step {trainer.step}"
    message = f"stopped {where}; the state is saved. To resume: {resume_command(run, session.spec)}"
    run.log(message)
    return StoppedError(message, signal)


@contextlib.contextmanager
def explain_save_errors(run: RunDirectory | None, session: Session) -> Iterator[None]:
    """Add to a SaveError which checkpoint is intact, and how to resume from it."""
    try:
        yield
    except SaveError as error:
        if run is None:
            raise
        if not os.path.isdir(run.path):
            moved = "the run directory is missing; if it was moved: nncli resume NEW-PATH"
            raise SaveError(f"{error}; {moved}") from None
        command = resume_command(run, session.spec)
        raise SaveError(f"{error}; {intact_checkpoint(run)}; correct the cause, then: {command}") from None


def intact_checkpoint(run: RunDirectory) -> str:
    """Describe the checkpoint of a failed run that is intact, or say that there is none."""
    try:
        meta = checkpoint.read_meta(run.checkpoint(LAST))
    except CheckpointError:
        return "no checkpoint was saved before"
    return f"the checkpoint after step {meta['step']} (epochs done: {meta['epoch']}) is intact"
