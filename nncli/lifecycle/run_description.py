"""Write and read the files that describe a run, such as config.yaml, resolved.yaml and environment.json."""

from __future__ import annotations

import os
from typing import Any

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.config.overrides import ENVIRONMENT_VARIABLE
from nncli.config.writer import to_plain, to_yaml
from nncli.core.errors import RunError, SaveError
from nncli.lifecycle.checkpointing import check_meta_size
from nncli.lifecycle.data_changes import fingerprint_files
from nncli.lifecycle.next_command import NEW_RUN, train_command
from nncli.lifecycle.plugin_record import missing_plugins, used_plugins
from nncli.runs.directory import RunDirectory
from nncli.runs.environment import describe_environment
from nncli.runs.run_files import CONFIG, ENVIRONMENT, LAST, RESOLVED, STATUS, is_begun
from nncli.training.trainer import Trainer


def write_description(run: RunDirectory, session: Session, trainer: Trainer, document: Document | None = None) -> None:
    """Write the files that describe a run; once the last of them, status.json, is written, the run has begun.

    Args:
        run: the run directory.
        session: the session to train.
        trainer: the trainer of the session.
        document: the config file as it was read; None without a file.

    Raises:
        SaveError: if a file cannot be written.
    """
    check_meta_size(session, trainer)
    try:
        run.checkpoints.make()
        if document is not None:
            run.write_bytes(CONFIG, document.content)
        run.write_text(RESOLVED, to_yaml(to_plain(session.spec)))
        settings = {ENVIRONMENT_VARIABLE: os.environ.get(ENVIRONMENT_VARIABLE), "plugins": used_plugins(session.spec)}
        data = fingerprint_files(session.files)
        run.write_json(ENVIRONMENT, {**current_environment(session), "data": data, **settings})
        run.set_status("running", 0, 0)
    except SaveError as error:
        again = train_command(run, "the same command with")
        raise SaveError(f"{error}; nothing was trained yet; correct the cause, then {again}") from None


def current_environment(session: Session) -> dict[str, Any]:
    """Return the environment in which a session runs now."""
    executor = session.executor
    return describe_environment(executor.threads, executor.shards, executor.blas_threads, executor.compiler)


def environment_at_start(run: RunDirectory) -> dict[str, Any]:
    """Return the environment in which a run began.

    Raises:
        RunError: if there is no run, the run was stopped before it began, or one of its plugins is not loaded.
    """
    saved = os.path.exists(run.checkpoint(LAST))
    if is_begun(run.path) and not saved and not os.path.exists(run.file(STATUS)):
        raise RunError(f"{run.path}: was stopped before it began; to start it again: {train_command(run)}")
    _ = run.state  # raises if there is no run
    if not os.path.exists(run.file(RESOLVED)):
        raise RunError(f"{run.file(RESOLVED)} is missing; to write it again and resume: {train_command(run)}")
    environment = read_environment(run)
    missing = missing_plugins(environment.get("plugins"))
    if missing:
        raise RunError(f"{run.path}: {missing}")
    return environment


def read_environment(run: RunDirectory) -> dict[str, Any]:
    """Return environment.json.

    Raises:
        RunError: if the file is missing or damaged.
    """
    if os.path.exists(run.checkpoint(LAST)) and not os.path.exists(run.file(ENVIRONMENT)):
        what = f"{run.file(ENVIRONMENT)} is missing, so changes in the data cannot be detected"
        raise RunError(f"{what}; {NEW_RUN}")
    return run.read_json(ENVIRONMENT)
