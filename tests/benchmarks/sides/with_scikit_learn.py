"""Run scikit-learn: python -m tests.benchmarks.sides.with_scikit_learn WORKLOAD THREADS."""

from __future__ import annotations

import sys
from collections.abc import Callable

import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from tests.benchmarks.sides.worker import serve
from tests.benchmarks.workloads import LEARNING_RATE, Workload, workload_of


def turns(workload: Workload) -> Callable[[], None]:
    """Return a function for one epoch: partial_fit trains once on all rows, in batches."""
    inputs, targets = workload.data
    settings = {
        "hidden_layer_sizes": workload.dense_widths,
        "activation": "relu",
        "solver": "adam",
        "alpha": 0.0,
        "batch_size": workload.batch,
        "learning_rate_init": LEARNING_RATE,
        "random_state": 0,
    }
    if workload.classes:
        model, classes = MLPClassifier(**settings), list(range(workload.classes))
        return lambda: _ignore(model.partial_fit(inputs, targets, classes=classes))
    model = MLPRegressor(**settings)
    return lambda: _ignore(model.partial_fit(inputs, targets))


def _ignore(_: object) -> None:
    return None


if __name__ == "__main__":
    with threadpool_limits(int(sys.argv[2])):
        serve(turns(workload_of(sys.argv[1])), version=sklearn.__version__)
