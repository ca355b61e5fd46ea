"""Going on with a run, to the same bits as if it had not been stopped."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.config.overrides import COMMAND_LINE_ORIGIN
from nncli.config.spec import Spec
from nncli.config.writer import to_plain, to_yaml
from nncli.core.errors import CheckpointError, ConfigError, RunError
from nncli.core.text_format import count_noun
from nncli.runs import checkpoint
from nncli.runs.checkpoint import Meta
from nncli.runs.directory import ENVIRONMENT, LAST, RESOLVED, STATUS, RunDirectory, is_begun
from nncli.runs.environment import differences
from nncli.runs.lock import locked
from nncli.training.trainer import Trainer
from nncli.workflows.changes import (
    changed_files,
    changes,
    changes_of_data,
    ends_at_zero,
    identity,
    keeping_schedule,
    may_change,
    other_length,
)
from nncli.workflows.events import FINISHED_BEFORE, Listener, RunEnded, silent
from nncli.workflows.plugins import changed_plugins, missing_plugins, plugin_options
from nncli.workflows.prepare import prepare
from nncli.workflows.recovery import check_best, check_checkpoints, instead_of_last
from nncli.workflows.run import (
    advised,
    describe_run,
    ends_best_epoch,
    environment_of,
    fingerprints,
    name_last,
    run_session,
    save_last,
)
from nncli.workflows.saving import check_weights, restore_trainer, set_weights
from nncli.workflows.trained import spec_of

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
    environment = begun_in(run)
    with locked(run.path):
        return go_on(run, session_again(run, settings, environment), None, listener)


def begun_in(run: RunDirectory) -> dict[str, Any]:
    """The environment that a run was begun in.

    Raises:
        RunError: where there is no run, it had not begun yet, or a plugin of its is not loaded.
    """
    again = f"nncli train CONFIG --run-dir {shlex.quote(run.path)} --resume"
    saved = os.path.exists(run.checkpoint(LAST))
    if is_begun(run.path) and not saved and not os.path.exists(run.file(STATUS)):
        raise RunError(f"{run.path}: was stopped before it had begun; to begin again: {again}")
    _ = run.state  # which is refused where there is no run
    if not os.path.exists(run.file(RESOLVED)):
        raise RunError(f"{run.file(RESOLVED)} is gone; to write it again and go on: {again}")
    environment = _environment(run)
    missing = missing_plugins(environment.get("plugins"))
    if missing:
        raise RunError(f"{run.path}: {missing}")
    return environment


def _environment(run: RunDirectory) -> dict[str, Any]:
    if os.path.exists(run.checkpoint(LAST)) and not os.path.exists(run.file(ENVIRONMENT)):
        raise RunError(f"{run.file(ENVIRONMENT)} is gone, so nothing tells whether the data are the same; {ANEW}")
    return run.read_json(ENVIRONMENT)


def session_again(run: RunDirectory, settings: Sequence[str], environment: dict[str, Any]) -> Session:
    """The session of a run's resolved config, with settings over it.

    Raises:
        RunError: where the data files no longer hold what suits it, because they have changed.
        ConfigError: where it is the config that cannot be used.
    """
    try:
        return prepare(run.file(RESOLVED), settings, resolved=True).session()
    except ConfigError as error:
        if changed := changed_files(environment):
            raise RunError(f"{run.path}: {changed}; {ANEW}") from None
        fixed = [setting for setting in settings if not may_change(setting.partition("=")[0])]
        mistyped = any(problem.place == COMMAND_LINE_ORIGIN for problem in error.problems)
        if fixed and not mistyped:
            raise RunError(f"{run.path}: {', '.join(fixed)} would make it another run; {ANEW}") from None
        raise


def go_on(run: RunDirectory, session: Session, document: Document | None, listener: Listener) -> RunEnded:
    """Goes on from the last checkpoint, with the run's lock held; begins where there is none yet.

    Raises:
        RunError: where it would become another run.
        RunFailedError: where the run could not go on, or was stopped.
    """
    run.sweep()
    trainer = session.trainer()
    if not os.path.exists(run.checkpoint(LAST)):  # it was stopped before, perhaps while it was described
        check_checkpoints(run)
        describe_run(run, session, trainer, document)
    else:
        before = _restore(run, session, trainer)
        if _is_finished(run, trainer, before):
            left = "; ".join(changes(before, to_plain(session.spec), free=()))
            ended = RunEnded(
                run.path,
                FINISHED_BEFORE,
                trainer.best_record,
                trainer.last_record,
                note=f"nothing was changed in the finished run: {left}" if left else "",
                options=plugin_options(session.spec),
                longer=None if ends_at_zero(session.spec) else keeping_schedule(session.spec),
            )
            listener(ended)
            return ended
        with advised(run, session):
            _take_up(run, session, trainer, before)
    missing = run.metrics.keep(trainer.epoch)
    if missing:
        session.notes.append(f"{missing} of the {trainer.epoch} epochs done are no longer in metrics.csv")
    return run_session(session, trainer, run, listener)


def _restore(run: RunDirectory, session: Session, trainer: Trainer) -> dict[str, Any]:
    """Sets session and trainer to the last checkpoint; gives the config that it was saved with, as plain values."""
    last = run.checkpoint(LAST)
    try:
        meta = checkpoint.read_meta(last)
        before = spec_of(last, meta)
        _check_same(run, session, meta, before)
        layout = session.network.layout
        meta, arrays = checkpoint.load(last, fits=lambda found: check_weights(last, layout, found["arrays"]))
    except CheckpointError as error:
        raise CheckpointError(f"{error}; {instead_of_last(run) or ANEW}") from None
    set_weights(last, session.network, arrays)
    restore_trainer(last, trainer, meta, arrays)
    if trainer.best_record and not ends_best_epoch(trainer):  # or else last.npz gets the name best.npz again
        check_best(run, trainer)
    return to_plain(before)


def _check_same(run: RunDirectory, session: Session, meta: Meta, spec: Spec) -> None:
    """Refuses to go on where it would be another run."""
    changed_data = changes_of_data(_environment(run), fingerprints(session))
    before, after = identity(spec), identity(session.spec)
    if found := changes(before, after, moved=True):
        length = other_length(spec, session.spec, ANEW)
        if length and len(found) == 1:
            raise RunError(f"{run.path}: {length}")
        listing = "; ".join(changes(before, after, moved=not changed_data))
        raise RunError(f"{run.path}: the config has changed in what makes the run what it is: {listing}; {ANEW}")
    if changed_data:
        raise RunError(f"{run.path}: {changed_data}; {ANEW}")
    changed = changed_plugins(meta.get("plugins"), session.spec)
    if changed:
        what = f"the plugin {', '.join(changed)} has changed since the run began"
        raise RunError(f"{run.path}: {what}; go on with it as it was, or {ANEW}")


def _is_finished(run: RunDirectory, trainer: Trainer, before: dict[str, Any]) -> bool:
    """Whether there is nothing left to do.

    Raises:
        RunError: where more is done already than there is to be.
    """
    epochs = trainer.settings.epochs
    if run.state == "finished" and trainer.ended and not _is_extended(trainer, before):
        return True
    if (trainer.epoch, trainer.step_in_epoch) > (epochs, 0):
        steps = f" and {count_noun(trainer.step_in_epoch, 'step')}" if trainer.step_in_epoch else ""
        done = f"{count_noun(trainer.epoch, 'epoch')}{steps} are done already"
        raise RunError(f"{run.path}: training.epochs is {epochs}, but {done}; give more")
    return False


def _is_extended(trainer: Trainer, before: dict[str, Any]) -> bool:
    """Whether the run had stopped early and is to have more epochs now."""
    return trainer.stopped_early and trainer.settings.epochs > before["training"]["epochs"]


def _take_up(run: RunDirectory, session: Session, trainer: Trainer, before: dict[str, Any]) -> None:
    """Writes what has changed since the last checkpoint, so that it stays so if this process is killed at once."""
    environment, after = run.read_json(ENVIRONMENT), to_plain(session.spec)
    if now := differences(environment, environment_of(session)):
        what = f"since the run began, {'; '.join(now)}"
        session.notes.append(f"{what}: the last bits may differ from those of an unbroken run")
    if _is_extended(trainer, before):
        trainer.count_anew()
        session.notes.append("the run had stopped early; early stopping starts to count anew")
    if before != after or not os.path.exists(run.file(RESOLVED)):
        run.write_text(RESOLVED, to_yaml(after))
        run.write_json(ENVIRONMENT, {**environment, "data": fingerprints(session)})  # whose paths may be others
        save_last(session, trainer, run)
    name_last(session, trainer, run)
