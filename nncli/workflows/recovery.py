"""What can be done for a run whose checkpoints are damaged or gone."""

from __future__ import annotations

import json
import os
import shlex
from typing import Any

from nncli.core.errors import CheckpointError, RunError
from nncli.runs import checkpoint
from nncli.runs.checkpoint import Meta
from nncli.runs.directory import BEST, CHECKPOINTS, LAST, STATUS, RunDirectory
from nncli.training.events import Record
from nncli.training.trainer import Trainer


def check_checkpoints(run: RunDirectory) -> None:
    """Refuses to begin a run anew of which something was saved before.

    Raises:
        RunError: where last.npz is gone.
    """
    state = run.state if os.path.exists(run.file(STATUS)) else "running"
    if run.checkpoints() or state in ("finished", "stopped"):
        advice = instead_of_last(run) or "train anew in another directory"
        raise RunError(f"{run.path}: {CHECKPOINTS}/{LAST}.npz is gone; {advice}")


def instead_of_last(run: RunDirectory) -> str:
    """How to go on without last.npz; nothing where that is not possible."""
    last = run.checkpoint(LAST)
    if os.path.exists(last) and not os.access(last, os.R_OK):
        return "make it readable"
    best = _whole(run.checkpoint(BEST))
    if best is None:
        return ""
    for name in (*reversed(run.kept()), BEST):
        meta = _whole(run.checkpoint(name))
        if meta is not None and _text(meta.get("best")) == _text(best.get("best")):
            return f"to go on after epoch {meta.get('epoch')}: {_put(run.checkpoint(name), last)}"
    return ""


def check_best(run: RunDirectory, trainer: Trainer) -> None:
    """Looks whether best.npz is that of the trainer's best epoch, before hours of training at whose end it is needed.

    Raises:
        CheckpointError: where it is not, with what to do.
    """
    path, epoch = run.checkpoint(BEST), trainer.best_monitor.best_epoch
    try:
        found = checkpoint.verify(path)
        if _is_best(found, trainer.best_record):
            return
        fault = f"{path}: of epoch {found.get('epoch')}, but the best epoch of this run so far was {epoch}"
    except CheckpointError as error:
        fault = str(error)
    for name in run.kept():
        meta = _whole(run.checkpoint(name))
        if meta is not None and _is_best(meta, trainer.best_record):
            raise CheckpointError(f"{fault}; to mend it: {_put(run.checkpoint(name), path)}")
    last = f"{shlex.quote(run.checkpoint(LAST))} still predicts"
    raise CheckpointError(f"{fault}; without it the run cannot go on: {last}; or train anew in another directory")


def _put(checkpoint_file: str, path: str) -> str:
    """The command that puts a checkpoint at a path; cp would write into what may have other names, too."""
    return f"ln -f {shlex.quote(checkpoint_file)} {shlex.quote(path)}"


def _whole(path: str) -> Meta | None:
    """What a checkpoint says about itself; nothing where it is damaged or not there."""
    try:
        return checkpoint.verify(path)
    except CheckpointError:
        return None


def _is_best(meta: Meta, record: Record) -> bool:
    """Whether a checkpoint is that of the best epoch, whose record this is."""
    return meta.get("last") is not None and _text(meta.get("last")) == _text(meta.get("best")) == _text(record)


def _text(record: Any) -> str:
    """A record to compare, nan and all."""
    return json.dumps(record, sort_keys=True)
