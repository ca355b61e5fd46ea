"""Start a new run."""

from __future__ import annotations

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.core.errors import RunError
from nncli.lifecycle.run_description import write_description
from nncli.lifecycle.run_events import Listener, RunEnded
from nncli.lifecycle.training_run import train_session
from nncli.runs.directory import RunDirectory
from nncli.runs.lock import locked
from nncli.runs.run_files import is_begun
from nncli.training.trainer import Trainer


def start_run(
    run: RunDirectory | None, session: Session, trainer: Trainer, listener: Listener, document: Document | None = None
) -> RunEnded:
    """Train a session into a run directory in which nothing has been written yet.

    Args:
        run: the run directory; if it is None, nothing is written.
        session: the session to train.
        trainer: the trainer of the session.
        listener: receives every event.
        document: the config file as it was read; None without a file.

    Raises:
        RunError: if another process has begun a run there.
        RunFailedError: if the run fails or is stopped.
    """
    if run is None:
        return train_session(session, trainer, None, listener)
    with locked(run.path):
        if is_begun(run.path):
            raise RunError(f"{run.path}: another process has begun a run here; name another directory")
        run.remove_unfinished_files()
        write_description(run, session, trainer, document)
        return train_session(session, trainer, run, listener)
