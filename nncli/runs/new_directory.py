"""Make the directory of a new run."""

from __future__ import annotations

import contextlib
import os
import re
import time

from nncli.core.errors import RunError
from nncli.runs.atomic_write import is_temporary, sync_folder
from nncli.runs.directory import RunDirectory
from nncli.runs.file_errors import wrap_read_errors, wrap_write_errors
from nncli.runs.run_files import CHECKPOINTS, is_begun

MAX_SUFFIX = 999  # maximum number of runs with the same name in the same second


def new_run_directory(name: str) -> RunDirectory:
    """Make a directory runs/TIME-NAME in the working directory, with -2, -3 and so on appended if it exists.

    Raises:
        RunError: if the directory cannot be made.
    """
    stem = os.path.join("runs", f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(name)}")
    for number in range(1, MAX_SUFFIX + 1):
        path = stem if number == 1 else f"{stem}-{number}"
        with contextlib.suppress(FileExistsError):
            return _make(path)
    raise RunError(f"{stem}: exists, and so do -2 to -{MAX_SUFFIX}; name another directory with --run-dir")


def new_run_directory_at(path: str) -> RunDirectory:
    """Make a directory for a run at a given path; it may exist if it is empty.

    Raises:
        RunError: if the directory contains a run or something else already, or cannot be made.
    """
    try:
        return _make(path)
    except FileExistsError:
        pass
    if not os.path.isdir(path):
        raise RunError(f"{path}: a file; expected a directory for the run")
    run = RunDirectory(path)
    if not _is_empty(run):  # checked before is_begun, because another process may be starting a run here
        if is_begun(path):
            raise directory_taken_error(path)
        raise RunError(f"{path}: not empty, and not a run directory; name another directory")
    run.checkpoints.make()
    return run


def directory_taken_error(path: str) -> RunError:
    """Return the error for a new run in a directory that has a run already."""
    return RunError(f"{path}: holds a run already; name another directory, or resume it with --resume")


def slug(name: str) -> str:
    """Replace characters that do not belong in a file name with dashes."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"


def _is_empty(run: RunDirectory) -> bool:
    """Whether a directory is empty, apart from the unfinished files of a run that was killed at its start."""
    with wrap_read_errors(run.path):
        names = [name for name in os.listdir(run.path) if not is_temporary(name)]
        return names in ([], [CHECKPOINTS]) and not (names and os.listdir(run.checkpoints.path))


def _make(path: str) -> RunDirectory:
    parent = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(parent, exist_ok=True)
    except OSError as error:
        raise RunError(f"{parent}: cannot be made ({error.strerror}); expected a directory for the run") from None
    try:
        os.mkdir(path)
    except FileExistsError:
        raise
    except OSError as error:
        raise RunError(f"{path}: cannot be made ({error.strerror})") from None
    run = RunDirectory(path)
    run.checkpoints.make()
    with wrap_write_errors(parent):
        sync_folder(parent)
    return run
