"""Going on with a run, to the same bits as if it had not been stopped."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.config.resolved import plain, to_yaml
from nncli.core.errors import CheckpointError, RunError
from nncli.runs import checkpoint
from nncli.runs.directory import BEST, CHECKPOINTS, ENVIRONMENT, LAST, RESOLVED, STATUS, RunDirectory, is_begun
from nncli.runs.environment import differences
from nncli.runs.lock import locked
from nncli.training.trainer import Trainer
from nncli.workflows.changes import changes
from nncli.workflows.events import FINISHED_BEFORE, Listener, RunEnded, silent
from nncli.workflows.plugins import changed_plugins, missing_plugins, plugin_options
from nncli.workflows.prepare import prepare
from nncli.workflows.run import (
    describe_run,
    ends_best_epoch,
    environment_of,
    fingerprints,
    name_last,
    run_session,
    save_last,
)
from nncli.workflows.saving import restore_trainer, set_weights
from nncli.workflows.trained import spec_of

MOST_FILES = 3  # that are named
ANEW = "train anew in another directory"


def resume(run_dir: str | os.PathLike[str], settings: Sequence[str] = (), listener: Listener = silent) -> RunEnded:
    """Goes on with a run from its own resolved config.

    Args:
        run_dir: the run's directory.
        settings: KEY=VALUE pairs that go over the config, such as training.epochs=50.
        listener: hears of everything that happens.

    Raises:
        UserError: where there is no such run, or a setting would make it another run.
        RunFailedError: where the run could not go on, or was stopped.
    """
    run = RunDirectory(os.fspath(run_dir))
    begun_in(run)
    session = prepare(run.file(RESOLVED), settings, resolved=True).session()
    return go_on(run, session, None, listener)


def begun_in(run: RunDirectory) -> dict[str, Any]:
    """The environment that a run was begun in.

    Raises:
        RunError: where there is no run, it had not begun yet, or a plugin of its is not loaded.
    """
    if is_begun(run.path) and not os.path.exists(run.file(STATUS)):
        again = f"nncli train CONFIG --run-dir {shlex.quote(run.path)} --resume"
        raise RunError(f"{run.path}: was stopped before it had begun; to begin again: {again}")
    _ = run.state  # which is refused where there is no run
    environment = run.read_json(ENVIRONMENT)
    missing = missing_plugins(environment.get("plugins"))
    if missing:
        raise RunError(f"{run.path}: {missing}")
    return environment


def go_on(run: RunDirectory, session: Session, document: Document | None, listener: Listener) -> RunEnded:
    """Goes on from the last checkpoint; begins where there is none yet.

    Raises:
        RunError: where another process is writing the run, or it would become another run.
        RunFailedError: where the run could not go on, or was stopped.
    """
    with locked(run.path):
        run.sweep()
        trainer = session.trainer()
        if not _has_checkpoint(run):  # it was stopped before, perhaps while it was described
            describe_run(run, session, trainer, document)
        elif _restore(run, session, trainer):
            ended = RunEnded(
                run.path,
                FINISHED_BEFORE,
                trainer.best_record,
                trainer.last_record,
                options=plugin_options(session.spec),
            )
            listener(ended)
            return ended
        missing = run.metrics.keep(trainer.epoch)
        if missing:
            session.notes.append(f"{missing} of the {trainer.epoch} epochs done are no longer in metrics.csv")
        return run_session(session, trainer, run, listener)


def _has_checkpoint(run: RunDirectory) -> bool:
    if os.path.exists(run.checkpoint(LAST)):
        return True
    best = run.checkpoint(BEST)
    if os.path.exists(best):
        copy = f"cp {shlex.quote(best)} {shlex.quote(run.checkpoint(LAST))}"
        raise RunError(f"{run.path}: {CHECKPOINTS}/{LAST}.npz is gone; to go on from the best epoch: {copy}")
    return False


def _restore(run: RunDirectory, session: Session, trainer: Trainer) -> bool:
    """Sets session and trainer to the last checkpoint; whether there is nothing left to do."""
    last = run.checkpoint(LAST)
    meta, arrays = _load(run)
    before, after = plain(spec_of(last, meta)), plain(session.spec)
    environment = run.read_json(ENVIRONMENT)
    changed_data = changes_of_data(session, environment)
    different = changes(before, after, moved=not changed_data)
    if different:
        listing = "; ".join(different)
        raise RunError(f"{run.path}: the config has changed in what makes the run what it is: {listing}; {ANEW}")
    if changed_data:
        raise RunError(f"{run.path}: {changed_data}; {ANEW}")
    changed = changed_plugins(meta.get("plugins"), session.spec)
    if changed:
        what = f"the plugin {', '.join(changed)} has changed since the run began"
        raise RunError(f"{run.path}: {what}; go on with it as it was, or {ANEW}")
    set_weights(last, session.network, arrays)
    restore_trainer(last, trainer, meta, arrays)
    if trainer.best_record and not ends_best_epoch(trainer):  # or else last.npz gets the name best.npz again
        checkpoint.load(run.checkpoint(BEST))  # before hours of training, at whose end it is needed
    epochs = trainer.settings.epochs
    longer = _lengths(after) != _lengths(before)
    if run.state == "finished" and (trainer.epoch >= epochs or not longer) and trainer.ended:
        return True
    if trainer.epoch > epochs:
        raise RunError(f"{run.path}: training.epochs is {epochs}, but {trainer.epoch} are done already; give more")
    now = differences(environment, environment_of(session))
    if now:
        what = f"since the run began, {'; '.join(now)}"
        session.notes.append(f"{what}: the last bits may differ from those of an unbroken run")
    run.write_text(RESOLVED, to_yaml(after))
    if trainer.stopped_early and longer:
        trainer.count_anew()
        session.notes.append("the run had stopped early; early stopping starts to count anew")
    if before != after:
        run.write_json(ENVIRONMENT, {**environment, "data": fingerprints(session)})  # whose paths may be others
        save_last(session, trainer, run)  # so that what is noted above stays true if this is stopped at once
    name_last(session, trainer, run)
    return False


def _lengths(config: dict[str, Any]) -> tuple[Any, Any]:
    """What says how long a run is."""
    return config["training"]["epochs"], config["training"]["early_stopping"]


def _load(run: RunDirectory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The last checkpoint."""
    best, last = run.checkpoint(BEST), run.checkpoint(LAST)
    try:
        return checkpoint.load(last)
    except CheckpointError as error:
        if not os.path.exists(best):
            raise
        copy = f"cp {shlex.quote(best)} {shlex.quote(last)}"
        raise CheckpointError(f"{error}; to go on from the best epoch: {copy}") from None


def changes_of_data(session: Session, environment: dict[str, Any]) -> str:
    """What is not as it was in the data files that a run was begun with; nothing where all is.

    Args:
        session: of the data as they are now.
        environment: of the run.
    """
    known = environment.get("data")
    known, now = known if isinstance(known, dict) else {}, fingerprints(session)
    if list(known.values()) == list(now.values()):
        return ""
    found = (
        ("other content", [path for path in now if path in known and now[path] != known[path]]),
        ("new", [path for path in now if path not in known]),
        ("no longer read", [path for path in known if path not in now]),
    )
    told = [
        f"{what}: {', '.join(paths[:MOST_FILES])}{f' and {more} more' if (more := len(paths) - MOST_FILES) > 0 else ''}"
        for what, paths in found
        if paths
    ]
    return f"the data have changed since the run began ({'; '.join(told)})" if told else ""
