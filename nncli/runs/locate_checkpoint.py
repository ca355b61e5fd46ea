"""Find the best checkpoint of a run directory, and the run that a checkpoint belongs to."""

from __future__ import annotations

import os
from typing import Any

from nncli.core.errors import CheckpointError
from nncli.core.spelling import nearest_file
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import BEST, CHECKPOINTS, ENVIRONMENT, STATUS, is_begun


def checkpoint_path(path: str) -> str:
    """Return the path of a run directory's best checkpoint; the path of a .npz file is returned unchanged.

    Raises:
        CheckpointError: if there is no checkpoint.
    """
    if os.path.isdir(path):
        best = RunDirectory(path).checkpoint(BEST)
        if os.path.exists(best):
            return best
        if os.path.exists(os.path.join(path, STATUS)):
            raise CheckpointError(f"{path}: this run has no best checkpoint ({RunDirectory(path).state})")
        raise CheckpointError(f"{path}: a directory without checkpoints; expected a run directory or a .npz checkpoint")
    if not os.path.exists(path):
        raise CheckpointError(f"no such checkpoint or run directory: {path}{nearest_file(path)}")
    return path


def checkpoint_environment(path: str) -> dict[str, Any] | None:
    """Return the environment of the run that a checkpoint is in; None if the checkpoint is not in a run directory.

    Raises:
        RunError: if environment.json is damaged.
    """
    folder, inside = os.path.split(os.path.dirname(os.path.abspath(path)))
    run = RunDirectory(folder)
    is_in_run = inside == CHECKPOINTS and is_begun(folder) and os.path.exists(run.file(ENVIRONMENT))
    return run.read_json(ENVIRONMENT) if is_in_run else None
