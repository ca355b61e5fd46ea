"""Finish a run: measure the test rows with the best weights and set the state finished."""

from __future__ import annotations

from nncli.assemble.session import Session
from nncli.assemble.training_hints import baseline_hint
from nncli.lifecycle.checkpoint_weights import set_weights
from nncli.lifecycle.plugin_record import plugin_options
from nncli.lifecycle.repair_run import check_best_checkpoint
from nncli.lifecycle.run_events import RunEnded
from nncli.lifecycle.run_failure import record_stop
from nncli.lifecycle.stop_signals import StopSignals
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.runs import checkpoint
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import BEST, TEST
from nncli.training.trainer import EVALUATION_ROWS, Trainer


def finish_run(
    session: Session, trainer: Trainer, run: RunDirectory | None, reason: str, test: dict[str, float]
) -> RunEnded:
    """Set the state finished and return the final event.

    Args:
        session: the trained session.
        trainer: the trainer of the session.
        run: the run directory; if it is None, nothing is written.
        reason: completed or early_stopping.
        test: the test metrics.

    Raises:
        SaveError: if the state cannot be written.
    """
    if run is not None:
        run.set_status("finished", trainer.epoch, trainer.step, reason)
    return RunEnded(
        run.path if run is not None else None,
        reason,
        trainer.best_record,
        trainer.last_record,
        test,
        trainer.total_seconds,
        baseline_hint(session, trainer.last_record),
        plugin_options(session.spec),
    )


def measure_test(
    session: Session, trainer: Trainer, run: RunDirectory | None, signals: StopSignals
) -> dict[str, float]:
    """Measure the test rows with the weights of best.npz and write test.json.

    Without a run directory, measure them with the last weights.

    Args:
        session: the trained session.
        trainer: the trainer of the session.
        run: the run directory, or None.
        signals: the signals that stop the run; a received signal stops the measurement.

    Returns:
        The loss and the metrics; empty without test rows.

    Raises:
        StoppedError: if a signal was received; when the run resumes, the test rows are measured again.
        CheckpointError: if best.npz is missing, damaged or not the checkpoint of the best epoch.
    """
    if session.test is None:
        return {}
    network, tally = session.network, RunningMetrics(session.executor.metrics)
    last = network.vector.copy()
    try:
        if run is not None:
            check_best_checkpoint(run, trainer)
            _, arrays = checkpoint.load(run.checkpoint(BEST))
            set_weights(run.checkpoint(BEST), network, arrays)
        else:
            network.vector[...] = trainer.prediction_parameters
        with session.executor.blas():
            for batch in session.test.batches(EVALUATION_ROWS):
                session.executor.evaluate((batch,), tally)
                if signals.received is not None:
                    break
    finally:
        network.vector[...] = last  # a checkpoint must contain the last weights
    if signals.received is not None:
        raise record_stop(session, trainer, run, signals.received)
    results = tally.results()
    if run is not None:
        run.write_json(TEST, {**results, "epoch": int(trainer.best_record["epoch"])})
    return results
