"""Run nncli: python -m tests.benchmarks.sides.with_nncli WORKLOAD THREADS."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import nncli
from nncli.ops.compiled.loading import numba_is_enabled
from tests.benchmarks.sides.worker import serve
from tests.benchmarks.workloads import LEARNING_RATE, Workload, workload_of


def turns(workload: Workload, threads: int) -> Callable[[], float | None]:
    """Return a function that makes all predictions, or trains one epoch and returns the seconds of its record."""
    inputs, targets = workload.data
    model = nncli.Model(
        [*workload.layers, *(["softmax"] if workload.classes else [])],
        loss="cross_entropy" if workload.classes else "mean_squared_error",
        optimizer={"type": "adam", "learning_rate": LEARNING_RATE},
        classes=[str(label) for label in range(workload.classes)] if workload.classes else None,
    )

    def train() -> float:
        settings: dict[str, Any] = {"epochs": 1, "batch_size": workload.batch, "threads": threads}
        (record,) = model.train(inputs, targets, verbose=False, **settings)
        return record["seconds"]

    if workload.predicting is None:
        return train
    train()
    rows = workload.predicting
    if rows > 1:
        return lambda: _ignore(model.predict(inputs, batch_size=rows))

    def predict_one_by_one() -> None:
        for index in range(len(inputs)):
            model.predict(inputs[index : index + 1])

    return predict_one_by_one


def _ignore(_: object) -> None:
    return None


if __name__ == "__main__":
    if numba_is_enabled():
        import numba  # noqa: F401  # otherwise nncli imports it during a turn, to compile adam
    serve(turns(workload_of(sys.argv[1]), int(sys.argv[2])), version=nncli.__version__, numpy=np.__version__)
