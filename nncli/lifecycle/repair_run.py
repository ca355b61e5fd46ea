"""Find damaged or missing checkpoints of a run before it resumes, and tell the user how to replace them."""

from __future__ import annotations

import json
import os
import shlex
from typing import Any

from nncli.core.errors import CheckpointError, RunError
from nncli.lifecycle.next_command import NEW_RUN, replace_command
from nncli.runs import checkpoint
from nncli.runs.checkpoint_meta import Meta
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import BEST, CHECKPOINTS, LAST, STATUS
from nncli.training.events import Record
from nncli.training.trainer import Trainer


def check_nothing_saved(run: RunDirectory) -> None:
    """Check that a run without last.npz may start from the beginning.

    Raises:
        RunError: if the run has saved other checkpoints, which means that last.npz was deleted.
    """
    state = run.state if os.path.exists(run.file(STATUS)) else "running"
    if run.checkpoints.names() or state in ("finished", "stopped"):
        raise RunError(f"{run.path}: {CHECKPOINTS}/{LAST}.npz is missing; {last_checkpoint_remedy(run) or NEW_RUN}")


def last_checkpoint_remedy(run: RunDirectory) -> str:
    """Return how to resume without last.npz; "" if that is not possible."""
    last = run.checkpoint(LAST)
    if os.path.exists(last) and not os.access(last, os.R_OK):
        return "make it readable"
    best = _verified_meta(run.checkpoint(BEST))
    if best is None:
        return ""
    for name in (*reversed(run.checkpoints.epoch_names()), BEST):
        meta = _verified_meta(run.checkpoint(name))
        if meta is not None and _text(meta.get("best")) == _text(best.get("best")):
            return f"to resume after epoch {meta.get('epoch')}: {replace_command(run.checkpoint(name), last)}"
    return ""


def check_best_checkpoint(run: RunDirectory, trainer: Trainer) -> None:
    """Check that best.npz is the checkpoint of the trainer's best epoch; the test rows are evaluated with it later.

    Raises:
        CheckpointError: if it is another checkpoint, damaged or missing; the message says how to replace it.
    """
    path, epoch = run.checkpoint(BEST), trainer.best_monitor.best_epoch
    try:
        found = checkpoint.verify(path)
        if _is_best(found, trainer.best_record):
            return
        fault = f"{path}: is of epoch {found.get('epoch')}, but the best epoch of this run so far was {epoch}"
    except CheckpointError as error:
        fault = str(error)
    for name in run.checkpoints.epoch_names():
        meta = _verified_meta(run.checkpoint(name))
        if meta is not None and _is_best(meta, trainer.best_record):
            raise CheckpointError(f"{fault}; to fix it: {replace_command(run.checkpoint(name), path)}")
    last = f"predict with {shlex.quote(run.checkpoint(LAST))}"
    raise CheckpointError(f"{fault}; the run cannot resume without it; {last}, or {NEW_RUN}")


def _verified_meta(path: str) -> Meta | None:
    """Return the meta.json of a checkpoint, or None if it is damaged or missing."""
    try:
        return checkpoint.verify(path)
    except CheckpointError:
        return None


def _is_best(meta: Meta, record: Record) -> bool:
    """Whether a checkpoint was saved at the end of the best epoch, whose record is `record`."""
    return meta.get("last") is not None and _text(meta.get("last")) == _text(meta.get("best")) == _text(record)


def _text(record: Any) -> str:
    """Return a record as text, so that nan equals nan."""
    return json.dumps(record, sort_keys=True)
