"""Train a session, and write the files of its run after every event."""

from __future__ import annotations

import os

from nncli.assemble.session import Session
from nncli.assemble.training_hints import divergence_hint
from nncli.core.errors import NncliError, NonFiniteError, RunFailedError, StoppedError
from nncli.lifecycle.checkpointing import epoch_is_due, link_checkpoints, save_last_checkpoint
from nncli.lifecycle.finish_run import finish_run, measure_test
from nncli.lifecycle.log_lines import event_lines
from nncli.lifecycle.plugin_files import plugin_fault
from nncli.lifecycle.run_events import Listener, RunEnded, RunEvent, RunStarted
from nncli.lifecycle.run_failure import explain_save_errors, intact_checkpoint, record_failure, record_stop
from nncli.lifecycle.stop_signals import StopSignals
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import LAST
from nncli.training.events import EpochEnded, Event, StepEnded, StepSkipped, TrainingEnded
from nncli.training.trainer import Trainer


def train_session(session: Session, trainer: Trainer, run: RunDirectory | None, listener: Listener) -> RunEnded:
    """Train to the end from the trainer's current state, and write the run's files.

    Args:
        session: the session to train.
        trainer: the trainer of the session, new or restored.
        run: a run directory whose lock is held; if it is None, nothing is written.
        listener: receives every event, after the files for it are written.

    Raises:
        RunFailedError: if the run fails or is stopped.
    """

    def tell(event: RunEvent) -> None:
        if run is not None:
            for line in event_lines(event, trainer.settings.epochs):
                run.log(line)
        listener(event)

    try:
        with explain_save_errors(run, session):
            return _train(session, trainer, run, tell)
    except NonFiniteError as error:
        message = f"{error}; {divergence_hint(session)}"
        if run is not None:
            message += f"; {intact_checkpoint(run)}"
            if os.path.exists(run.checkpoint(LAST)):
                message += "; to train with other settings, use another directory"
        record_failure(run, trainer, message)
        raise NonFiniteError(message) from None
    except StoppedError:
        raise
    except NncliError as error:
        record_failure(run, trainer, str(error))
        raise
    except (Exception, SystemExit) as error:  # a plugin may raise anything
        fault = plugin_fault(error)
        record_failure(run, trainer, fault or f"{type(error).__name__}: {error}")
        if fault is None:
            raise
        raise RunFailedError(fault) from error
    finally:
        session.executor.close()


def _train(session: Session, trainer: Trainer, run: RunDirectory | None, tell: Listener) -> RunEnded:
    reason = "completed"
    with StopSignals() as signals:
        tell(run_started_event(session, trainer, run))
        if run is not None:
            run.set_status("running", trainer.epoch, trainer.step)
        for event in trainer.run():
            if run is not None:
                _write_files(session, trainer, run, event)
            tell(event)
            if isinstance(event, TrainingEnded):
                reason = event.reason
            elif signals.received is not None:
                raise record_stop(session, trainer, run, signals.received)
        test = measure_test(session, trainer, run, signals)
    ended = finish_run(session, trainer, run, reason, test)
    tell(ended)
    return ended


def _write_files(session: Session, trainer: Trainer, run: RunDirectory, event: Event) -> None:
    settings = session.spec.training.checkpoint
    if isinstance(event, EpochEnded):
        run.metrics.append(event.record)
        if event.best or epoch_is_due(trainer, settings):  # so last.npz is never older than best.npz
            save_last_checkpoint(session, trainer, run)
            link_checkpoints(session, trainer, run)
        run.set_status("running", trainer.epoch, trainer.step)
    elif isinstance(event, StepEnded | StepSkipped):
        every = settings.every_steps
        if every is not None and trainer.step % every == 0:
            save_last_checkpoint(session, trainer, run)


def run_started_event(session: Session, trainer: Trainer, run: RunDirectory | None) -> RunStarted:
    """Return the event for the beginning of training."""
    layout = session.network.layout
    return RunStarted(
        name=session.spec.name or "run",
        path=None if run is None else run.path,
        rows=session.rows,
        parameters=layout.trainable,
        epochs=trainer.settings.epochs,
        steps_per_epoch=trainer.steps_per_epoch,
        first_epoch=trainer.epoch + 1,
        notes=tuple(session.notes),
        resuming=_resuming(trainer),
        buffers=layout.size - layout.trainable,
    )


def _resuming(trainer: Trainer) -> str:
    """Return the epoch and step at which a restored trainer continues, as text; "" for a new run."""
    if not trainer.step:
        return ""
    if trainer.ended:
        return "all epochs are done"
    after = f", after step {trainer.step_in_epoch} of {trainer.steps_per_epoch}" if trainer.step_in_epoch else ""
    return f"resuming with epoch {trainer.epoch + 1}{after}"
