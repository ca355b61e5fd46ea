"""Training a config into a run directory."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nncli.assemble.load_config import load_config
from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.core.errors import RunError
from nncli.runs.directory import RunDirectory, begun_already, is_begun
from nncli.runs.lock import locked
from nncli.training.trainer import Trainer
from nncli.workflows.events import Listener, RunEnded, silent
from nncli.workflows.resume import go_on
from nncli.workflows.run import describe_run, run_session


def train(
    config: str | os.PathLike[str],
    settings: Sequence[str] = (),
    run_dir: str | os.PathLike[str] | None = None,
    *,
    resume: bool = False,
    listener: Listener = silent,
) -> RunEnded:
    """Trains a config and returns how it ended.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that go over the file.
        run_dir: the run's directory; default a new one below runs/ in the working directory.
        resume: go on with the run in `run_dir` where there is one.
        listener: hears of everything that happens.

    Raises:
        UserError: where config, data or run directory do not allow the run; nothing is written then.
        RunFailedError: where the run could not go on, or was stopped.
    """
    run_dir = None if run_dir is None else os.fspath(run_dir)
    if resume and run_dir is None:
        raise RunError("--resume goes with --run-dir DIR: which run to go on with")
    if run_dir == "":
        raise RunError("--run-dir: expected the path of a directory; got nothing")
    if run_dir is not None and is_begun(run_dir):
        if not resume:
            raise begun_already(run_dir)
        with locked(run_dir):
            document, session = _ready(config, settings)
            return go_on(RunDirectory(run_dir), session, document, listener)
    document, session = _ready(config, settings)
    run = RunDirectory.at(run_dir) if run_dir is not None else RunDirectory.create(session.spec.name or "run")
    return run_anew(run, session, session.trainer(), listener, document)


def _ready(config: str | os.PathLike[str], settings: Sequence[str]) -> tuple[Document, Session]:
    prepared = load_config(os.fspath(config), settings)
    return prepared.document, prepared.session()


def run_anew(
    run: RunDirectory, session: Session, trainer: Trainer, listener: Listener, document: Document | None = None
) -> RunEnded:
    """Trains into a run directory in which nothing has been written yet.

    Raises:
        RunError: where another process was faster.
        RunFailedError: where the run could not go on, or was stopped.
    """
    with locked(run.path):
        if is_begun(run.path):
            raise RunError(f"{run.path}: another process has begun a run here; name another directory")
        run.sweep()
        describe_run(run, session, trainer, document)
        return run_session(session, trainer, run, listener)
