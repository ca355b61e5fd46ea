"""Test several forms of a metric (one type with different settings) in a config: columns, monitors, resuming."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError, RunError, StoppedError
from nncli.core.registry import METRICS
from nncli.nn.metric import names_of
from nncli.runs import checkpoint
from nncli.workflows.check import check
from nncli.workflows.evaluate import evaluate
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at
from tests.workflows.test_train import rows

FORMS = ["f1", {"type": "f1", "average": "macro"}, {"type": "f1", "average": "weighted"}, "accuracy"]
NAMES = ["f1", "f1_macro", "f1_weighted", "accuracy"]


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        ([], []),
        (["f1"], ["f1"]),
        ([{"type": "f1", "average": "macro"}], ["f1"]),
        (FORMS, NAMES),
        (FORMS[:0:-1], NAMES[:0:-1]),
        (["f1", {"type": "precision", "average": "micro"}], ["f1", "precision"]),
        (
            [{"type": "top_k_accuracy", "k": k} for k in (1, 5, 2)],
            ["top_k_accuracy_1", "top_k_accuracy", "top_k_accuracy_2"],
        ),
        (["roc_auc", {"type": "roc_auc", "average": "weighted"}], ["roc_auc", "roc_auc_weighted"]),
        (["f1", "f1"], ["f1", "f1"]),
    ],
    ids=str,
)
def test_metrics_of_the_same_type_get_different_names(metrics, names):
    assert names_of([build(METRICS, metric) for metric in metrics]) == names


def config(**changes):
    return tiny.write(Path(), tiny.classifier(metrics=FORMS, **changes))


def test_every_form_of_a_metric_has_its_columns_and_results():
    run = train(config(), run_dir="run").path
    assert list(rows(run)[0]) == [
        "epoch",
        "step",
        "train_loss",
        *(f"train_{name}" for name in NAMES),
        "val_loss",
        *(f"val_{name}" for name in NAMES),
        "learning_rate",
    ]
    test = json.loads(Path(run, "test.json").read_text())
    assert list(test) == ["loss", *NAMES, "epoch"]
    assert evaluate(run).results == {name: value for name, value in test.items() if name != "epoch"}
    for name in NAMES:
        alone = [form for form, other in zip(FORMS, NAMES, strict=True) if other == name]
        other = train(tiny.write(Path(), tiny.classifier(metrics=alone)), run_dir=f"run-{name}").path
        (column,) = names_of([build(METRICS, metric) for metric in alone])
        assert [row[f"val_{name}"] for row in rows(run)] == [row[f"val_{column}"] for row in rows(other)]


@pytest.mark.parametrize("column", ["val_f1", "val_f1_macro", "train_f1_weighted"])
def test_one_form_of_a_metric_can_be_the_monitor(column):
    training = {"epochs": 6, "batch_size": 16, "checkpoint": {"monitor": column}}
    run = train(config(training=training), run_dir="run").path
    values = [float(row[column]) for row in rows(run)]
    best = checkpoint.read_meta(f"{run}/checkpoints/best.npz")["best"]
    assert best[column] == max(values), "larger is better for every form of f1"
    assert best["epoch"] == values.index(max(values)) + 1


def test_early_stopping_can_monitor_one_form_of_a_metric():
    stopping = {"monitor": "val_f1_macro", "patience": 1, "min_delta": 5}
    run = train(config(training={"epochs": 9, "early_stopping": stopping}), run_dir="run").path
    assert len(rows(run)) == 2


@pytest.mark.parametrize(("monitor", "hint"), [("val_f1_micro", "val_f1_macro"), ("val_f1_makro", "val_f1_macro")])
def test_unknown_monitors_are_rejected(monitor, hint):
    path = config(training={"epochs": 1, "checkpoint": {"monitor": monitor}})
    with pytest.raises(ConfigError, match=rf"no column '{monitor}'; did you mean '{hint}'\?") as caught:
        check(path)
    assert "val_f1_weighted" in str(caught.value)


@pytest.mark.parametrize(
    "twice",
    [
        ["f1", "f1"],
        [{"type": "f1", "average": "macro"}] * 2,
        ["accuracy", "f1", "accuracy"],
        ["top_k_accuracy", {"type": "top_k_accuracy", "k": 5}],
    ],
    ids=str,
)
def test_duplicate_metrics_are_rejected(twice):
    path = tiny.write(Path(), tiny.classifier(metrics=twice))
    with pytest.raises(ConfigError, match="is listed twice; drop one"):
        check(path)


@pytest.mark.parametrize("step", [1, 4, 6])
def test_a_run_with_several_forms_of_a_metric_can_be_resumed(step):
    metrics = [*FORMS, "roc_auc", {"type": "roc_auc", "average": "weighted"}, "average_precision"]
    training = {"epochs": 3, "batch_size": 16, "checkpoint": {"monitor": "val_roc_auc_weighted"}}
    path = tiny.write(Path(), tiny.classifier(metrics=metrics, training=training))
    train(path, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(path, run_dir="run", listener=stopping_at(step))
    arrays = checkpoint.load("run/checkpoints/last.npz")[1]
    names = {name.removeprefix("state/tally/") for name in arrays if name.startswith("state/tally/")}
    assert names == {*NAMES, "roc_auc", "roc_auc_weighted", "average_precision"}
    resume("run")
    assert same("run", "uninterrupted")


def test_changed_metric_settings_are_rejected_on_resume():
    with pytest.raises(StoppedError):
        train(config(), run_dir="run", listener=stopping_at(4))
    with pytest.raises(RunError, match="metrics"):
        resume("run", ["metrics=[f1, {type: f1, average: macro}, {type: f1, average: micro}, accuracy]"])
