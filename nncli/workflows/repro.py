"""Repeating a run, to see whether it gives the same bits again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

import numpy as np

from nncli.assemble.session import Session
from nncli.core.errors import NonFiniteError, RunError
from nncli.core.json_values import json_ready
from nncli.core.types import Array
from nncli.nn.tally import Tally
from nncli.runs import checkpoint
from nncli.runs.directory import BEST, LAST, METRICS, RESOLVED, TEST, RunDirectory
from nncli.runs.environment import differences
from nncli.training.events import EpochEnded, Record
from nncli.training.trainer import EVALUATION_ROWS, Trainer
from nncli.workflows.changes import changes, changes_of_data, identity
from nncli.workflows.events import Listener, silent
from nncli.workflows.plugins import changed_plugins
from nncli.workflows.resume import begun_in, session_again
from nncli.workflows.run import ends_best_epoch, environment_of, fingerprints, started
from nncli.workflows.saving import check_trainer, check_weights
from nncli.workflows.trained import spec_of


@dataclass(frozen=True)
class Repetition:
    """How a run and its repetition compare.

    Args:
        path: of the run.
        epochs: how many were done again.
        steps: likewise.
        difference: the first one, in words; empty where every bit is the same.
        compared: the files whose content was found again.
        surroundings: what is not as it was where the run was begun, such as "numpy 2.4.5 is now 2.4.6".
    """

    path: str
    epochs: int
    steps: int
    difference: str
    compared: tuple[str, ...]
    surroundings: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every bit is the same."""
        return not self.difference


def repro(run_dir: str | os.PathLike[str], settings: Sequence[str] = (), listener: Listener = silent) -> Repetition:
    """Trains a run's resolved config again, up to its last checkpoint, and compares after every epoch.

    Nothing is written: the run stays as it is, and the repetition is in memory alone. It ends with the first
    difference.

    Args:
        run_dir: the run's directory.
        settings: KEY=VALUE pairs that go over the config: where the data are now, if they were moved.
        listener: hears of everything that happens.

    Raises:
        UserError: where there is no such run, it has no checkpoint yet, its data have changed, or a setting would make
            it another run.
    """
    run = RunDirectory(os.fspath(run_dir))
    environment = begun_in(run)
    if not os.path.exists(run.checkpoint(LAST)):
        raise RunError(f"{run.path}: no checkpoint to compare with yet")
    session = session_again(run, settings, environment)
    if changed := changes_of_data(environment, fingerprints(session)):
        raise RunError(f"{run.path}: {changed}, so it cannot be repeated")
    original = _Original.read(run, session)
    surroundings = [
        *differences(environment, environment_of(session)),
        *(f"the plugin {name} has changed" for name in changed_plugins(environment.get("plugins"), session.spec)),
    ]
    trainer, compared = session.trainer(), list[str]()
    end = original.last[0]["trainer"]["epoch"] + 1
    trainer.settings = replace(trainer.settings, epochs=end, patience=None)  # which change no weight
    listener(started(session, trainer, None))
    try:
        difference = next(_differences(original, session, trainer, compared, listener), "")
    finally:
        session.executor.close()
    return Repetition(run.path, trainer.epoch, trainer.step, difference, tuple(compared), tuple(surroundings))


@dataclass(frozen=True)
class _Original:
    """What a run has left.

    Args:
        last: meta and arrays of last.npz.
        best: likewise of best.npz; None where there is none.
        rows: of metrics.csv, by epoch.
        test: what test.json says; None where there is none.
        finished: whether the run is.
    """

    last: tuple[dict[str, Any], dict[str, Array]]
    best: tuple[dict[str, Any], dict[str, Array]] | None
    rows: dict[int, Record]
    test: dict[str, Any] | None
    finished: bool

    @classmethod
    def read(cls, run: RunDirectory, session: Session) -> _Original:
        path = run.checkpoint(LAST)
        before, after = identity(spec_of(path, checkpoint.read_meta(path))), identity(session.spec)
        if different := changes(before, after, moved=True):
            raise RunError(f"{run.file(RESOLVED)}: not the config that {path} was trained by: {'; '.join(different)}")
        layout = session.network.layout
        last = checkpoint.load(path, fits=lambda meta: check_weights(path, layout, meta["arrays"]))
        check_trainer(path, session.trainer(), *last)
        best = run.checkpoint(BEST)
        return cls(
            last,
            checkpoint.load(best) if os.path.exists(best) else None,
            {int(row["epoch"]): row for row in run.metrics.rows()},
            run.read_json(TEST) if os.path.exists(run.file(TEST)) else None,
            run.state == "finished",
        )


def _differences(
    original: _Original, session: Session, trainer: Trainer, compared: list[str], listener: Listener
) -> Iterator[str]:
    meta, arrays = original.last
    end = meta["trainer"]["epoch"], meta["trainer"]["step_in_epoch"]
    best_epoch = None if original.best is None else original.best[0].get("epoch")
    network, best = session.network, None
    try:
        for event in trainer.run():
            listener(event)
            if isinstance(event, EpochEnded):
                yield from _of_record(original.rows.get(trainer.epoch), event.record)
                if trainer.epoch == best_epoch:
                    best = trainer.predicting.copy()
            if (trainer.epoch, trainer.step_in_epoch) == end:
                break
    except NonFiniteError as error:
        yield f"the repetition failed: {error}"
    if original.rows:
        compared.append(METRICS)
    state_arrays = {checkpoint.STATE + name: array for name, array in trainer.arrays().items()}
    yield from _of_arrays(f"{LAST}.npz", arrays, {**network.layout.named(trainer.predicting), **state_arrays})
    yield from _of_counts(f"{LAST}.npz", meta["trainer"], trainer.state())
    compared.append(f"{LAST}.npz")
    if trainer.best.best_epoch != (best_epoch or 0) and not ends_best_epoch(trainer):
        there = "missing" if best_epoch is None else f"of epoch {best_epoch}"
        yield f"{BEST}.npz is {there}, the best epoch is {trainer.best.best_epoch}"
    if original.best is not None and best is not None:
        yield from _of_arrays(f"{BEST}.npz", original.best[1], network.layout.named(best))
        compared.append(f"{BEST}.npz")
        if original.finished and session.test is not None:
            yield from _of_test(original.test, session, best, trainer.best.best_epoch)
            compared.append(TEST)


def _of_record(before: Record | None, now: Record) -> Iterator[str]:
    epoch = int(now["epoch"])
    if before is None:
        yield f"{METRICS} has no row of epoch {epoch}"
        return
    yield from _of_values(f"{METRICS}, epoch {epoch}", before, {name: now[name] for name in now if name != "seconds"})


def _of_values(place: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, value in now.items():
        was = before.get(name)
        if was != value and not (was is value is None or _are_nan(was, value)):
            yield f"{place}: {name} was {was}, its repetition gives {value}"


def _are_nan(*values: Any) -> bool:
    return all(isinstance(value, float) and isnan(value) for value in values)


def _of_counts(place: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Of the trainer's state beside its arrays: what is not about time or patience."""
    names = ("step", "skipped", "optimizer_steps", "averaged_steps")
    yield from _of_values(place, {"averaged_steps": 0, **before}, {name: now[name] for name in names})
    for name in ("tally", "best"):
        yield from _of_values(
            f"{place}, {name}", before[name], {key: now[name][key] for key in now[name] if key != "waited"}
        )
    yield from _of_values(f"{place}, plateau", before.get("plateau") or {}, now["plateau"] or {})


def _of_arrays(place: str, before: Mapping[str, Array], now: Mapping[str, Array]) -> Iterator[str]:
    for name, array in now.items():
        was = before.get(name)
        if was is None or was.shape != array.shape or was.dtype != array.dtype:
            described = "not there" if was is None else f"{was.dtype} {was.shape}"
            yield f"{place}: {name} was {described}, its repetition gives {array.dtype} {array.shape}"
        elif was.tobytes() != array.tobytes():
            with np.errstate(all="ignore"):
                apart = np.abs(np.subtract(was, array, dtype=np.float64))
            count = f"{np.count_nonzero(apart):,} of {array.size:,} values"
            yield f"{place}: {name} differs in {count}, by at most {apart.max():.3g}"


def _of_test(before: Mapping[str, Any] | None, session: Session, best: Array, epoch: int) -> Iterator[str]:
    assert session.test is not None
    if before is None:
        yield f"{TEST} is missing"
        return
    session.network.vector[...] = best
    with session.executor.blas():
        tally = session.executor.evaluate(session.test.batches(EVALUATION_ROWS), Tally(session.executor.metrics))
    yield from _of_values(TEST, before, {**json_ready(tally.results()), "epoch": epoch})
