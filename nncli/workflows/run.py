"""Training a session, and the files that this leaves in a run directory."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from typing import Any

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.config.overrides import VARIABLE
from nncli.config.resolved import plain, to_yaml
from nncli.config.spec import Checkpoint
from nncli.core.errors import CheckpointError, NncliError, NonFiniteError, RunFailedError, SaveError, StoppedError
from nncli.data.files.fingerprint import fingerprint
from nncli.data.sources.memory import FROM_PYTHON
from nncli.nn.tally import Tally
from nncli.runs import checkpoint
from nncli.runs.directory import BEST, CONFIG, ENVIRONMENT, LAST, RESOLVED, TEST, RunDirectory
from nncli.runs.environment import describe_environment
from nncli.training.events import EpochEnded, Event, StepEnded, StepSkipped, TrainingEnded
from nncli.training.trainer import EVALUATION_ROWS, Trainer
from nncli.workflows.events import Listener, RunEnded, RunEvent, RunStarted
from nncli.workflows.narration import narrate
from nncli.workflows.plugins import fault_of, plugin_options, plugins_of
from nncli.workflows.recovery import check_best
from nncli.workflows.saving import check_description, save_checkpoint, set_weights
from nncli.workflows.signals import StopSignals


def describe_run(run: RunDirectory, session: Session, trainer: Trainer, document: Document | None = None) -> None:
    """Writes what the run is made of; with its status, last of all, it has begun.

    Raises:
        SaveError: where that fails.
    """
    check_description(session, trainer)
    try:
        run.make_inside()
        if document is not None:
            run.write_bytes(CONFIG, document.content)
        run.write_text(RESOLVED, to_yaml(plain(session.spec)))
        settings = {VARIABLE: os.environ.get(VARIABLE), "plugins": plugins_of(session.spec)}
        run.write_json(ENVIRONMENT, {**environment_of(session), "data": fingerprints(session), **settings})
        run.set_status("running", 0, 0)
    except SaveError as error:
        again = f"the same command with --run-dir {shlex.quote(run.path)} --resume"
        raise SaveError(f"{error}; nothing was trained yet; mend that, then {again}") from None


def environment_of(session: Session) -> dict[str, Any]:
    """What the session runs on."""
    executor = session.executor
    return describe_environment(executor.threads, executor.shards, executor.blas_threads, executor.compiler)


def fingerprints(session: Session) -> dict[str, str]:
    """The SHA-256 of every data file, by its path."""
    return {path: fingerprint(path) for path in session.files}


def run_session(session: Session, trainer: Trainer, run: RunDirectory | None, listener: Listener) -> RunEnded:
    """Trains, and writes the run's files where there is a run directory.

    Raises:
        RunFailedError: where the run could not go on, or was stopped.
    """
    epochs = trainer.settings.epochs

    def tell(event: RunEvent) -> None:
        if run is not None:
            for line in narrate(event, epochs):
                run.log(line)
        listener(event)

    try:
        with advised(run, session):
            return _train(session, trainer, run, tell)
    except NonFiniteError as error:
        message = f"{error}; {session.explosion_hint()}"
        if run is not None:
            message += f"; {_saved(run)}"
            if os.path.exists(run.checkpoint(LAST)):
                message += "; other settings want another directory"
        _failed(run, trainer, message)
        raise NonFiniteError(message) from None
    except StoppedError:
        raise
    except NncliError as error:
        _failed(run, trainer, str(error))
        raise
    except (Exception, SystemExit) as error:  # of a plugin's code
        reason = fault_of(error)
        _failed(run, trainer, reason or f"{type(error).__name__}: {error}")
        if reason is None:
            raise
        raise RunFailedError(reason) from error
    finally:
        session.executor.close()


def _failed(run: RunDirectory | None, trainer: Trainer, reason: str) -> None:
    if run is not None:
        with contextlib.suppress(SaveError):  # the disk may be what failed
            run.set_status("failed", trainer.epoch, trainer.step, reason)
            run.log(reason)


def _saved(run: RunDirectory) -> str:
    """Which state of a run that failed there is."""
    try:
        meta = checkpoint.read_meta(run.checkpoint(LAST))
    except CheckpointError:
        return "no checkpoint was saved before"
    return f"the checkpoint after step {meta['step']} (epochs done: {meta['epoch']}) is intact"


@contextlib.contextmanager
def advised(run: RunDirectory | None, session: Session) -> Iterator[None]:
    """Adds to what could not be written what there is, and how to go on."""
    try:
        yield
    except SaveError as error:
        if run is None:
            raise
        if not os.path.isdir(run.path):
            gone = "the run directory is gone; if it was moved: nncli resume ITS-NEW-PLACE"
            raise SaveError(f"{error}; {gone}") from None
        raise SaveError(f"{error}; {_saved(run)}; mend that, then: {_resuming(run, session)}") from None


def _resuming(run: RunDirectory, session: Session) -> str:
    """What goes on with a run."""
    if session.spec.data.train.type_name == FROM_PYTHON:
        return f"nncli.Model.load({run.checkpoint(LAST)!r}).train(...)"
    return f"nncli resume {shlex.quote(run.path)}{plugin_options(session.spec)}"


def _train(session: Session, trainer: Trainer, run: RunDirectory | None, tell: Listener) -> RunEnded:
    reason = "completed"
    with StopSignals() as signals:
        tell(started(session, trainer, run))
        if run is not None:
            run.set_status("running", trainer.epoch, trainer.step)
        for event in trainer.run():
            if run is not None:
                _save(session, trainer, run, event)
            tell(event)
            if isinstance(event, TrainingEnded):
                reason = event.reason
            elif signals.received is not None:
                raise _stopped(session, trainer, run, signals.received)
        test = _test(session, trainer, run, signals)
    ended = RunEnded(
        run.path if run is not None else None,
        reason,
        trainer.best_record,
        trainer.last_record,
        test,
        trainer.total_seconds,
        session.nothing_learnt(trainer.last_record),
        plugin_options(session.spec),
    )
    if run is not None:
        run.set_status("finished", trainer.epoch, trainer.step, reason)
    tell(ended)
    return ended


def started(session: Session, trainer: Trainer, run: RunDirectory | None) -> RunStarted:
    """The event that training begins."""
    return RunStarted(
        name=session.spec.name or "run",
        path=None if run is None else run.path,
        rows=session.rows,
        parameters=session.network.layout.trainable,
        epochs=trainer.settings.epochs,
        steps_per_epoch=trainer.steps_per_epoch,
        first_epoch=trainer.epoch + 1,
        notes=tuple(session.notes),
        going_on=_going_on(trainer),
        running_values=session.network.layout.size - session.network.layout.trainable,
    )


def _going_on(trainer: Trainer) -> str:
    if not trainer.step:
        return ""
    if trainer.ended:
        return "all epochs are done"
    after = f", after step {trainer.step_in_epoch} of {trainer.steps_per_epoch}" if trainer.step_in_epoch else ""
    return f"going on with epoch {trainer.epoch + 1}{after}"


def _save(session: Session, trainer: Trainer, run: RunDirectory, event: Event) -> None:
    settings = session.spec.training.checkpoint
    if isinstance(event, EpochEnded):
        run.metrics.append(event.record)
        if event.best or _is_due(trainer, settings):  # so that the last state is never older than the best
            save_last(session, trainer, run)
            name_last(session, trainer, run)
        run.set_status("running", trainer.epoch, trainer.step)
    elif isinstance(event, StepEnded | StepSkipped):
        every = settings.every_steps
        if every is not None and trainer.step % every == 0:
            save_last(session, trainer, run)


def save_last(session: Session, trainer: Trainer, run: RunDirectory) -> None:
    """Writes last.npz.

    Raises:
        SaveError: where that fails.
        NonFiniteError: where the weights are not finite; the checkpoint before stays.
    """
    trainer.check_weights()
    save_checkpoint(run.checkpoint(LAST), session, trainer)


def name_last(session: Session, trainer: Trainer, run: RunDirectory) -> None:
    """Gives last.npz, where it is of the end of an epoch, its other names; once more changes nothing.

    Raises:
        SaveError: where that fails.
    """
    settings = session.spec.training.checkpoint
    if trainer.epoch and not trainer.step_in_epoch and _is_due(trainer, settings):
        run.keep_last(trainer.epoch, trainer.step, settings.keep)
    if ends_best_epoch(trainer):
        run.link(LAST, BEST)


def ends_best_epoch(trainer: Trainer) -> bool:
    """Whether the state is that after the best epoch so far."""
    return not trainer.step_in_epoch and 0 < trainer.epoch == trainer.best.best_epoch


def _is_due(trainer: Trainer, settings: Checkpoint) -> bool:
    return trainer.ended or trainer.epoch % settings.every_epochs == 0


def _stopped(session: Session, trainer: Trainer, run: RunDirectory | None, number: int) -> StoppedError:
    if run is None:
        return StoppedError("stopped; nothing was saved, because there is no run directory", number)
    save_last(session, trainer, run)
    run.set_status("stopped", trainer.epoch, trainer.step, f"signal {number}")
    where = "after the last epoch" if trainer.ended else f"in epoch {trainer.epoch + 1} after step {trainer.step}"
    message = f"stopped {where}; the state is saved. To go on: {_resuming(run, session)}"
    run.log(message)
    return StoppedError(message, number)


def _test(session: Session, trainer: Trainer, run: RunDirectory | None, signals: StopSignals) -> dict[str, float]:
    """The test metrics with the best weights, which are those of best.npz; without a run, with the last ones."""
    if session.test is None:
        return {}
    network, tally = session.network, Tally(session.executor.metrics)
    last = network.vector.copy()
    try:
        if run is not None:
            check_best(run, trainer)
            _, arrays = checkpoint.load(run.checkpoint(BEST))
            set_weights(run.checkpoint(BEST), network, arrays)
        else:
            network.vector[...] = trainer.predicting
        with session.executor.blas():
            for batch in session.test.batches(EVALUATION_ROWS):
                session.executor.evaluate((batch,), tally)
                if signals.received is not None:
                    break
    finally:
        network.vector[...] = last
    if signals.received is not None:
        raise _stopped(session, trainer, run, signals.received)
    results = tally.results()
    if run is not None:
        run.write_json(TEST, {**results, "epoch": int(trainer.best_record["epoch"])})
    return results
