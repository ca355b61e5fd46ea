"""Train a config and write a run directory."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nncli.assemble.load_config import load_config
from nncli.core.errors import RunError
from nncli.lifecycle.resume_run import resume_run
from nncli.lifecycle.run_events import Listener, RunEnded, silent
from nncli.lifecycle.start_run import start_run
from nncli.runs.directory import RunDirectory
from nncli.runs.lock import locked
from nncli.runs.new_directory import directory_taken_error, new_run_directory, new_run_directory_at
from nncli.runs.run_files import is_begun


def train(
    config: str | os.PathLike[str],
    settings: Sequence[str] = (),
    run_dir: str | os.PathLike[str] | None = None,
    *,
    resume: bool = False,
    listener: Listener = silent,
) -> RunEnded:
    """Train a config and return the final event of the run.

    Args:
        config: path of a YAML file.
        settings: KEY=VALUE pairs that override the file.
        run_dir: the directory of the run; default a new directory in runs/ in the working directory.
        resume: resume the run in `run_dir` if there is one.
        listener: receives every event.

    Raises:
        UserError: if the config, data or run directory cannot be used; in this case nothing is written.
        RunFailedError: if the run fails or is stopped.
    """
    config, run_dir = os.fspath(config), None if run_dir is None else os.fspath(run_dir)
    if resume and run_dir is None:
        raise RunError("--resume needs --run-dir DIR: the run to resume")
    if run_dir == "":
        raise RunError("--run-dir: expected the path of a directory; got nothing")
    if run_dir is not None and is_begun(run_dir):
        if not resume:
            raise directory_taken_error(run_dir)
        with locked(run_dir):
            loaded = load_config(config, settings)
            return resume_run(RunDirectory(run_dir), loaded.session(), loaded.document, listener)
    loaded = load_config(config, settings)
    session = loaded.session()
    run = new_run_directory(session.spec.name or "run") if run_dir is None else new_run_directory_at(run_dir)
    return start_run(run, session, session.trainer(), listener, loaded.document)
