"""Compare metrics with scikit-learn's values, which `make_metrics_reference.py` stored in `metrics.npz`."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.registry import METRICS
from nncli.nn.evaluation.running_metrics import RunningMetrics

FILE = Path(__file__).with_name("metrics.npz")
with np.load(FILE, allow_pickle=False) as file:
    ARRAYS = {name: file[name] for name in file.files}
CASES = json.loads(ARRAYS.pop("cases").tobytes())["cases"]
over_all = pytest.mark.parametrize("case", CASES, ids=[case["about"].replace(" ", "_") for case in CASES])


def arrays_of(case):
    """Return (prediction, targets, weights) in the form in which a loss passes them to metrics."""
    prediction, targets = (ARRAYS[case["arrays"][key]] for key in ("prediction", "targets"))
    if prediction.shape[1] == 1:
        targets = targets.reshape(-1, 1).astype(prediction.dtype)
    return prediction, targets, ARRAYS[case["arrays"]["weights"]] if "weights" in case["arrays"] else None


def agree(found, expected, about):
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), about


def test_every_metric_has_cases_of_every_kind():
    values = [(case["about"], config["type"], value) for case in CASES for config, value in case["values"]]
    of_classes = {"top_k_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "log_loss", "brier"}
    kinds = (
        "random",
        "ties",
        "all scores equal",
        "class only",
        "never predicted",
        "class absent",
        "one row",
        "float32",
    )
    for kind in kinds:
        assert {name for about, name, _ in values if kind in about} >= of_classes, kind
    for kind in ("random", "ties", "all errors equal", "one row", "float32", "any weights", "half without weight"):
        assert {name for about, name, _ in values if kind in about} >= {"mape", "median_absolute_error"}, kind
    undefined = {name for _, name, value in values if isnan(value)}
    assert undefined == {"roc_auc"}
    assert FILE.stat().st_size < 200_000


@over_all
def test_values_match_scikit_learn(case):
    for config, expected in case["values"]:
        metric = build(METRICS, config)
        agree(metric.finish(metric.measure(*arrays_of(case))), expected, config)


@over_all
def test_values_of_merged_parts_match_scikit_learn(case):
    metrics = [build(METRICS, config) for config, _ in case["values"]]
    tally, (prediction, targets, weights) = RunningMetrics(metrics), arrays_of(case)
    for start in range(0, len(prediction), 5):
        rows = slice(start, start + 5)
        some = None if weights is None else weights[rows]
        tally.add(0.0, 1.0, tally.measure(prediction[rows], targets[rows], some))
    for metric, state, (config, expected) in zip(metrics, tally.states, case["values"], strict=True):
        agree(metric.finish(state), expected, config)
