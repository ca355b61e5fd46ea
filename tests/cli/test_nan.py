"""Test a metric that is undefined for the data: it is shown as nan, stored as nan or null, and never improves."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from nncli.runs.metrics_log import MetricsLog
from tests.workflows import tiny

CHANGES = {
    "metrics": ["roc_auc", "f1"],
    "training": {
        "epochs": 9,
        "batch_size": 16,
        "checkpoint": {"monitor": "val_roc_auc"},
        "early_stopping": {"monitor": "val_roc_auc", "patience": 3},
    },
}


@pytest.fixture
def config(inside):
    """Write a config whose validation and test rows all have the same class."""
    header, *lines = tiny.sides(40, 9).splitlines()
    Path("left.csv").write_text("\n".join([header, *(line for line in lines if line.endswith("left"))]) + "\n")
    values = tiny.classifier(**CHANGES)
    one_sided = {"path": "left.csv", "targets": "side"}
    values["data"] |= {"validation": one_sided, "test": one_sided}
    return tiny.write(inside, values)


def test_training_with_a_metric_that_is_always_nan(nncli, config):
    ended = nncli("train", config, "--run-dir", "run")
    assert ended.code == 0
    assert "val_roc_auc nan" in ended.err
    assert "stopped early" in ended.err
    assert "best epoch 1: " in ended.err
    assert "test: loss " in ended.err

    assert ",nan," in Path("run/metrics.csv").read_text()
    rows = MetricsLog("run/metrics.csv").rows()
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert all(math.isnan(row["val_roc_auc"]) and 0 < row["train_roc_auc"] <= 1 for row in rows)
    assert json.loads(Path("run/test.json").read_text())["roc_auc"] is None
    assert sorted(path.name for path in Path("run/checkpoints").iterdir()) == ["best.npz", "last.npz"]


def test_evaluate_and_inspect_show_nan(nncli, config):
    nncli("train", config, "--run-dir", "run")
    shown = nncli("evaluate", "run", "left.csv")
    assert (shown.code, shown.err) == (0, "")
    assert ["roc_auc", "nan"] in [line.split() for line in shown.out.splitlines()]
    as_json = json.loads(nncli("evaluate", "run", "left.csv", "--json").out, parse_constant=pytest.fail)
    assert as_json["roc_auc"] is None
    assert as_json["f1"] == 0
    assert "val_roc_auc nan" in nncli("inspect", "run").out
    described = json.loads(nncli("inspect", "run", "--json").out, parse_constant=pytest.fail)
    assert described["best"]["val_roc_auc"] is None
    assert described["best"]["epoch"] == 1


def test_resume_keeps_the_number_of_epochs_without_improvement(nncli, config):
    nncli("train", config, "--run-dir", "run", "--set", "training.epochs=2")
    assert nncli("resume", "run", "--set", "training.epochs=9").code == 0
    assert [row["epoch"] for row in MetricsLog("run/metrics.csv").rows()] == [1, 2, 3, 4]
