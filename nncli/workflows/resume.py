"""Resume a run from its last checkpoint."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nncli.lifecycle.resume_run import resume_run
from nncli.lifecycle.run_description import environment_at_start
from nncli.lifecycle.run_events import Listener, RunEnded, silent
from nncli.lifecycle.run_session import session_of_run
from nncli.runs.directory import RunDirectory
from nncli.runs.lock import locked


def resume(run_dir: str | os.PathLike[str], settings: Sequence[str] = (), listener: Listener = silent) -> RunEnded:
    """Resume a run from its own resolved config and its last checkpoint.

    Args:
        run_dir: the directory of the run.
        settings: KEY=VALUE pairs that override the config, such as training.epochs=50.
        listener: receives every event.

    Raises:
        UserError: if there is no such run, or a setting changes something that must stay the same in a run.
        RunFailedError: if the run fails or is stopped.
    """
    run = RunDirectory(os.fspath(run_dir))
    environment = environment_at_start(run)
    with locked(run.path):
        return resume_run(run, session_of_run(run, settings, environment), None, listener)
