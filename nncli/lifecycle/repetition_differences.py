"""Train a run again, and yield the differences between its results and the saved ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nncli.assemble.session import Session
from nncli.core.errors import NonFiniteError
from nncli.core.json_values import json_ready
from nncli.core.types import Array
from nncli.lifecycle.bit_comparison import array_differences, value_differences
from nncli.lifecycle.checkpointing import is_best_state
from nncli.lifecycle.run_events import Listener
from nncli.lifecycle.saved_results import SavedResults
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.runs.checkpoint import STATE
from nncli.runs.run_files import BEST, LAST, METRICS, TEST
from nncli.training.events import EpochEnded, Record
from nncli.training.trainer import EVALUATION_ROWS, Trainer


def repetition_differences(
    saved: SavedResults, session: Session, trainer: Trainer, compared: list[str], listener: Listener
) -> Iterator[str]:
    """Train up to the last checkpoint of a run and yield every difference, in the order of training.

    Args:
        saved: the saved results of the run.
        session: a session of the run's resolved config.
        trainer: a new trainer of the session.
        compared: a list to which the name of every file is added after its comparison.
        listener: receives every event of training.
    """
    meta, arrays = saved.last
    end = meta["trainer"]["epoch"], meta["trainer"]["step_in_epoch"]
    best_epoch = None if saved.best is None else saved.best[0].get("epoch")
    network, best = session.network, None
    try:
        for event in trainer.run():
            listener(event)
            if isinstance(event, EpochEnded):
                yield from _record_differences(saved.rows.get(trainer.epoch), event.record)
                if trainer.epoch == best_epoch:
                    best = trainer.prediction_parameters.copy()
            if (trainer.epoch, trainer.step_in_epoch) == end:
                break
    except NonFiniteError as error:
        yield f"the repetition failed: {error}"
    if saved.rows:
        compared.append(METRICS)
    state_arrays = {STATE + name: array for name, array in trainer.arrays().items()}
    yield from array_differences(
        f"{LAST}.npz", arrays, {**network.layout.named(trainer.prediction_parameters), **state_arrays}
    )
    yield from _state_differences(f"{LAST}.npz", meta["trainer"], trainer.state())
    compared.append(f"{LAST}.npz")
    if trainer.best_monitor.best_epoch != (best_epoch or 0) and not is_best_state(trainer):
        there = "missing" if best_epoch is None else f"of epoch {best_epoch}"
        yield f"{BEST}.npz is {there}, but the best epoch is {trainer.best_monitor.best_epoch}"
    if saved.best is not None and best is not None:
        yield from array_differences(f"{BEST}.npz", saved.best[1], network.layout.named(best))
        compared.append(f"{BEST}.npz")
        if saved.finished and session.test is not None:
            yield from _test_differences(saved.test, session, best, trainer.best_monitor.best_epoch)
            compared.append(TEST)


def _record_differences(before: Record | None, now: Record) -> Iterator[str]:
    epoch = int(now["epoch"])
    if before is None:
        yield f"{METRICS} has no row of epoch {epoch}"
        return
    measured = {name: value for name, value in now.items() if name != "seconds"}
    yield from value_differences(f"{METRICS}, epoch {epoch}", before, measured)


def _state_differences(place: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Compare the trainer's state, except its arrays, times and patience counters."""
    names = ("step", "skipped", "optimizer_steps", "averaged_steps")
    yield from value_differences(place, {"averaged_steps": 0, **before}, {name: now[name] for name in names})
    for name in ("tally", "best"):
        values = {key: value for key, value in now[name].items() if key != "waited"}
        yield from value_differences(f"{place}, {name}", before[name], values)
    yield from value_differences(f"{place}, plateau", before.get("plateau") or {}, now["plateau"] or {})


def _test_differences(before: Mapping[str, Any] | None, session: Session, best: Array, epoch: int) -> Iterator[str]:
    assert session.test is not None
    if before is None:
        yield f"{TEST} is missing"
        return
    session.network.vector[...] = best
    with session.executor.blas():
        tally = session.executor.evaluate(
            session.test.batches(EVALUATION_ROWS), RunningMetrics(session.executor.metrics)
        )
    yield from value_differences(TEST, before, {**json_ready(tally.results()), "epoch": epoch})
