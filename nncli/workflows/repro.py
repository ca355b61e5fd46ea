"""Repeat a run and compare the results bit for bit."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nncli.core.errors import RunError
from nncli.lifecycle.repeat_run import Repetition, repeat_run
from nncli.lifecycle.run_description import environment_at_start
from nncli.lifecycle.run_events import Listener, silent
from nncli.lifecycle.run_session import session_of_run
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import LAST


def repro(run_dir: str | os.PathLike[str], settings: Sequence[str] = (), listener: Listener = silent) -> Repetition:
    """Train the resolved config of a run again, up to its last checkpoint, and compare the results after every epoch.

    The repetition stops at the first difference and writes no files.

    Args:
        run_dir: the directory of the run.
        settings: KEY=VALUE pairs that override the config, for the new paths of data files that were moved.
        listener: receives every event.

    Raises:
        UserError: if there is no such run, the run has no checkpoint yet, its data have changed, or a setting would
            change the results.
    """
    run = RunDirectory(os.fspath(run_dir))
    environment = environment_at_start(run)
    if not os.path.exists(run.checkpoint(LAST)):
        raise RunError(f"{run.path}: no checkpoint to compare with yet")
    return repeat_run(run, session_of_run(run, settings, environment), environment, listener)
