"""The commands that messages recommend: resume, train again, replace a checkpoint."""

from __future__ import annotations

import shlex

from nncli.config.spec import Spec
from nncli.data.sources.memory import FROM_PYTHON
from nncli.lifecycle.plugin_record import plugin_options
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import LAST

NEW_RUN = "start a new run in another directory"


def resume_command(run: RunDirectory, spec: Spec) -> str:
    """Return the command that resumes a run, or the Python call if its rows were given from Python."""
    if spec.data.train.type_name == FROM_PYTHON:
        return f"nncli.Model.load({run.checkpoint(LAST)!r}).train(...)"
    return f"nncli resume {shlex.quote(run.path)}{plugin_options(spec)}"


def train_command(run: RunDirectory, start: str = "nncli train CONFIG") -> str:
    """Return the command that starts or resumes a run in its directory; it begins with `start`."""
    return f"{start} --run-dir {shlex.quote(run.path)} --resume"


def replace_command(checkpoint_file: str, path: str) -> str:
    """Return the command that replaces the file at a path with a checkpoint.

    `ln -f` leaves other hard links to the old file unchanged; `cp` would overwrite their content.
    """
    return f"ln -f {shlex.quote(checkpoint_file)} {shlex.quote(path)}"
