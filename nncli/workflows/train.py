"""Training a config into a run directory, and going on with a run."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Sequence

from nncli.assemble.session import Session
from nncli.config.document import Document
from nncli.config.overrides import VARIABLE
from nncli.config.resolved import plain, to_yaml
from nncli.core.errors import NncliError, NonFiniteError, RunError, RunFailedError, SaveError, StoppedError
from nncli.data.files import fingerprint
from nncli.nn.tally import Tally
from nncli.runs import checkpoint
from nncli.runs.directory import CONFIG, ENVIRONMENT, RESOLVED, STATUS, TEST, RunDirectory, is_begun
from nncli.runs.environment import describe_environment
from nncli.runs.lock import locked
from nncli.training.events import EpochEnded, StepEnded, TrainingEnded
from nncli.training.trainer import EVALUATION_ROWS, Trainer
from nncli.workflows.changes import changes
from nncli.workflows.events import FINISHED_BEFORE, Listener, RunEnded, RunEvent, RunStarted, silent
from nncli.workflows.narration import narrate
from nncli.workflows.plugins import changed_plugins, fault_of, missing_plugins, plugin_options, plugins_of
from nncli.workflows.prepare import prepare
from nncli.workflows.saving import restore_trainer, save_checkpoint, set_weights
from nncli.workflows.signals import StopSignals
from nncli.workflows.trained import spec_of


def train(
    config: str | os.PathLike[str],
    settings: Sequence[str] = (),
    run_dir: str | os.PathLike[str] | None = None,
    *,
    resume: bool = False,
    listener: Listener = silent,
) -> RunEnded:
    """Trains a config and returns how it ended.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that go over the file.
        run_dir: the run's directory; default a new one below runs/ in the working directory.
        resume: go on with the run in `run_dir` where there is one.
        listener: hears of everything that happens.

    Raises:
        UserError: where config, data or run directory do not allow the run; nothing is written then.
        RunFailedError: where the run could not go on, or was stopped.
    """
    prepared = prepare(os.fspath(config), settings)
    document, session = prepared.document, prepared.session()
    del prepared  # and with it the rows as they were read
    run_dir = None if run_dir is None else os.fspath(run_dir)
    if resume and run_dir is None:
        raise RunError("--resume goes with --run-dir: which run to go on with")
    if resume and run_dir is not None and is_begun(run_dir):
        return _go_on(RunDirectory(run_dir), session, document, listener)
    run = RunDirectory.at(run_dir) if run_dir is not None else RunDirectory.create(session.spec.name or "run")
    return run_anew(run, session, session.trainer(), listener, document)


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
    run.read_json(STATUS)
    begun = os.path.exists(run.file(ENVIRONMENT))
    missing = missing_plugins(run.read_json(ENVIRONMENT).get("plugins")) if begun else None
    if missing:
        raise RunError(f"{run.path}: {missing}")
    session = prepare(run.file(RESOLVED), settings, resolved=True).session()
    return _go_on(run, session, None, listener)


def run_anew(
    run: RunDirectory, session: Session, trainer: Trainer, listener: Listener, document: Document | None = None
) -> RunEnded:
    """Trains into a run directory in which nothing has been written yet.

    Raises:
        RunError: where another process was faster.
        RunFailedError: where the run could not go on, or was stopped.
    """
    with locked(run.path):
        if is_begun(run.path):
            raise RunError(f"{run.path}: another process has begun a run here; name another directory")
        describe_run(run, session, document)
        return run_session(session, trainer, run, listener)


def _go_on(run: RunDirectory, session: Session, document: Document | None, listener: Listener) -> RunEnded:
    with locked(run.path):
        last = run.checkpoint("last")
        trainer = session.trainer()
        if os.path.exists(last):
            meta, arrays = checkpoint.load(last)
            before, after = plain(spec_of(last, meta)), plain(session.spec)
            different = changes(before, after)
            if different:
                listing = "; ".join(different)
                raise RunError(f"{run.path}: the config has changed in what makes the run what it is: {listing}")
            _check_data(run, session)
            changed = changed_plugins(meta.get("plugins"), session.spec)
            if changed:
                what = f"the plugin {', '.join(changed)} has changed since the run began"
                raise RunError(f"{run.path}: {what}; go on with it as it was, or train anew")
            set_weights(last, session.network, arrays)
            restore_trainer(last, trainer, meta, arrays)
            if run.read_json(STATUS).get("state") == "finished":
                if trainer.epoch >= trainer.settings.epochs or after["training"] == before["training"]:
                    options = plugin_options(session.spec)
                    ended = RunEnded(
                        run.path, FINISHED_BEFORE, trainer.best_record, trainer.last_record, options=options
                    )
                    listener(ended)
                    return ended
                if trainer.stopped_early and trainer.stopping is not None:
                    trainer.stopping.waited = 0
                    session.notes.append("the run had stopped early; early stopping starts to count anew")
            run.write_text(RESOLVED, to_yaml(plain(session.spec)))
        else:  # it was stopped before its first checkpoint, perhaps while it was described
            describe_run(run, session, document)
        run.metrics.keep(trainer.epoch)
        return run_session(session, trainer, run, listener)


def _check_data(run: RunDirectory, session: Session) -> None:
    """Refuses to go on with data files whose content has changed."""
    known = run.read_json(ENVIRONMENT).get("data", {})
    changed = [path for path in session.files if path in known and fingerprint(path) != known[path]]
    if changed:
        raise RunError(f"{run.path}: the data have changed since the run began: {', '.join(changed)}")


def describe_run(run: RunDirectory, session: Session, document: Document | None = None) -> None:
    """Writes what the run is made of."""
    fingerprints = {path: fingerprint(path) for path in session.files}
    run.make_inside()
    run.set_status("running", 0, 0)
    if document is not None:
        with open(document.name, "rb") as file:
            run.write_bytes(CONFIG, file.read())
    run.write_text(RESOLVED, to_yaml(plain(session.spec)))
    executor = session.executor
    environment = describe_environment(executor.threads, executor.shards, executor.blas_threads, fingerprints)
    settings = {VARIABLE: os.environ.get(VARIABLE), "plugins": plugins_of(session.spec)}
    run.write_json(ENVIRONMENT, {**environment, **settings})


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
        return _train(session, trainer, run, tell)
    except NonFiniteError as error:
        message = f"{error}; {session.explosion_hint()}"
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


def _train(session: Session, trainer: Trainer, run: RunDirectory | None, tell: Listener) -> RunEnded:
    tell(_started(session, trainer, run))
    reason = "completed"
    if run is not None:
        run.set_status("running", trainer.epoch, trainer.step)
    with StopSignals() as signals:
        for event in trainer.run():
            if isinstance(event, EpochEnded) and run is not None:
                _save_epoch(session, trainer, run, event)
            elif isinstance(event, StepEnded) and run is not None:
                every = session.spec.training.checkpoint.every_steps
                if every is not None and event.step % every == 0:
                    save_checkpoint(run.checkpoint("last"), session, trainer)
            elif isinstance(event, TrainingEnded):
                reason = event.reason
            tell(event)
            if signals.received is not None and not isinstance(event, TrainingEnded):
                raise _stopped(session, trainer, run, signals.received)
        test = _test(session, trainer, run)
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


def _started(session: Session, trainer: Trainer, run: RunDirectory | None) -> RunStarted:
    return RunStarted(
        name=session.spec.name or "run",
        path=None if run is None else run.path,
        rows=session.rows,
        parameters=session.network.layout.trainable,
        epochs=trainer.settings.epochs,
        steps_per_epoch=trainer.steps_per_epoch,
        first_epoch=trainer.epoch + 1,
        notes=tuple(session.notes),
    )


def _save_epoch(session: Session, trainer: Trainer, run: RunDirectory, event: EpochEnded) -> None:
    settings = session.spec.training.checkpoint
    run.metrics.append(event.record)
    due = event.last or trainer.epoch % settings.every_epochs == 0
    if due:
        save_checkpoint(run.checkpoint("last"), session, trainer)
        run.keep_last(trainer.epoch, trainer.step, settings.keep)
    if event.best and due:
        run.link("last", "best")
    elif event.best:
        save_checkpoint(run.checkpoint("best"), session, trainer)
    run.set_status("running", trainer.epoch, trainer.step)


def _stopped(session: Session, trainer: Trainer, run: RunDirectory | None, number: int) -> StoppedError:
    if run is None:
        return StoppedError("stopped; nothing was saved, because there is no run directory", number)
    save_checkpoint(run.checkpoint("last"), session, trainer)
    run.set_status("stopped", trainer.epoch, trainer.step, f"signal {number}")
    where = f"stopped in epoch {trainer.epoch + 1} after step {trainer.step}; the state is saved"
    message = f"{where}. To go on: nncli resume {shlex.quote(run.path)}{plugin_options(session.spec)}"
    run.log(message)
    return StoppedError(message, number)


def _test(session: Session, trainer: Trainer, run: RunDirectory | None) -> dict[str, float]:
    """The test metrics with the best weights, which are those of best.npz."""
    if session.test is None:
        return {}
    network = session.network
    last = network.vector.copy()
    if run is not None:
        _, arrays = checkpoint.load(run.checkpoint("best"))
        set_weights(run.checkpoint("best"), network, arrays)
    with session.executor.blas():
        tally = session.executor.evaluate(session.test.batches(EVALUATION_ROWS), Tally(session.executor.metrics))
    network.vector[...] = last
    results = tally.results()
    if run is not None:
        run.write_json(TEST, {**results, "epoch": int(trainer.best_record["epoch"])})
    return results
