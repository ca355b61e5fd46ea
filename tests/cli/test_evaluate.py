"""Test `nncli evaluate`: tables on the terminal, and one flat JSON object."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nncli.workflows.train import train
from tests.workflows import tiny


def parse_json(text):
    """Parse strict JSON, which has no NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not valid JSON"))


def train_on_classes(names, rows=4):
    """Write a table with these classes, train on it, and return the run directory."""
    lines = [f"{index},{index % 3},{name}" for index, name in enumerate(names * rows)]
    Path("many.csv").write_text("\n".join(["x,z,y", *lines]) + "\n")
    values = tiny.classifier(loss="cross_entropy", metrics=["accuracy"])
    values["data"] = {"train": {"path": "many.csv", "targets": "y"}, "scale_inputs": "standard"}
    values["model"] = [{"type": "dense", "units": len(names)}, "softmax"]
    return train(tiny.write(Path(), values), run_dir="many").path


def sections(text):
    """Split an output at its blank lines."""
    return [part.splitlines() for part in text.rstrip("\n").split("\n\n")]


def test_output_for_two_classes_has_metrics_then_class_table_then_confusion_matrix(nncli, runs):
    found = nncli(
        "evaluate", runs["tiny"], "sides.csv", "--metric", "roc_auc", "--metric", "{type: f1, average: macro}"
    )
    assert (found.code, found.err) == (0, "")
    measures, classes, confusion = sections(found.out)
    assert measures[0] == "60 rows: sides.csv"
    assert [line.split()[0] for line in measures[1:]] == ["loss", "accuracy", "roc_auc", "f1"]
    assert len({len(line) for line in measures[1:]}) == 1, "values are aligned"
    assert classes[0].split() == ["class", "precision", "recall", "f1", "support"]
    assert [line.split()[0] for line in classes[2:]] == ["left", "right"]
    assert confusion[0].split() == ["actual", "\\", "predicted", "left", "right"]
    counts = [[int(cell) for cell in line.split()[1:]] for line in confusion[2:]]
    assert sum(map(sum, counts)) == 60
    assert [int(line.split()[-1]) for line in classes[2:]] == [sum(row) for row in counts]
    flat = parse_json(nncli("evaluate", runs["tiny"], "sides.csv", "--json").out)
    assert [[flat[f"confusion.{a}.{p}"] for p in ("left", "right")] for a in ("left", "right")] == counts
    assert f"{flat['precision.left']:.4f}" in classes[2]


@pytest.mark.parametrize("count", [2, 3, 10, 12])
def test_up_to_twelve_classes_have_a_complete_confusion_matrix(nncli, count):
    names = [f"class-{index:02d}" for index in range(count)]
    found = nncli("evaluate", train_on_classes(names), "many.csv")
    _, classes, confusion = sections(found.out)
    assert [line.split()[0] for line in classes[2:]] == names
    assert confusion[0].split()[3:] == names
    assert [line.split()[0] for line in confusion[2:]] == names
    assert all(len(line.split()) == count + 1 for line in confusion[2:])
    assert all(line == line.rstrip() for line in found.out.splitlines())
    assert len({len(line) for line in confusion[1:]}) == 1, "every row is as wide as the line below the header"


def test_more_than_twelve_classes_show_the_most_frequent_confusions(nncli):
    names = [f"class-{index:02d}" for index in range(13)]
    run = train_on_classes(names)
    _, classes, confusions = sections(nncli("evaluate", run, "many.csv").out)
    assert len(classes) == 15
    assert confusions[0].split() == ["most", "often:", "actual", "predicted", "rows"]
    shown = [line.split() for line in confusions[2:]]
    flat = parse_json(nncli("evaluate", run, "many.csv", "--json").out)
    wrong = {(a, p): flat[f"confusion.{a}.{p}"] for a in names for p in names if a != p and flat[f"confusion.{a}.{p}"]}
    assert len(shown) == min(10, len(wrong))
    assert [int(weight) for _, _, weight in shown] == sorted(wrong.values(), reverse=True)[:10]
    assert all(wrong[a, p] == int(weight) for a, p, weight in shown)


def test_many_classes_without_confusions_show_no_confusion_table(nncli):
    names = [f"class-{index:02d}" for index in range(13)]
    lines = [
        f"{','.join('1' if other == index else '0' for other in range(13))},{name}"
        for index, name in enumerate(names * 1)
    ]
    Path("many.csv").write_text("\n".join([",".join([*(f"x{index}" for index in range(13)), "y"]), *lines * 4]) + "\n")
    values = tiny.classifier(
        loss="cross_entropy", metrics=["accuracy"], optimizer={"type": "adam", "learning_rate": 0.1}
    )
    values["data"] = {"train": {"path": "many.csv", "targets": "y"}}
    values["model"] = [{"type": "dense", "units": 13}, "softmax"]
    values["training"] = {"epochs": 20}
    run = train(tiny.write(Path(), values), run_dir="many").path
    assert len(sections(nncli("evaluate", run, "many.csv").out)) == 2


def test_long_class_names_are_not_truncated(nncli):
    names = ["a name of some words, and a comma", "x" * 70, "ü"]
    lines = [f'{index},{index},"{name}"' for index, name in enumerate(names * 5)]
    Path("many.csv").write_text("\n".join(["x,z,y", *lines]) + "\n")
    values = tiny.classifier(loss="cross_entropy", metrics=[])
    values["data"] = {"train": {"path": "many.csv", "targets": "y"}}
    values["model"] = [{"type": "dense", "units": 3}, "softmax"]
    run = train(tiny.write(Path(), values), run_dir="many").path
    found = nncli("evaluate", run, "many.csv")
    for name in names:
        assert sum(line.startswith(f" {name} ") for line in found.out.splitlines()) == 2, name
    assert f"confusion.{names[0]}.{names[1]}" in parse_json(nncli("evaluate", run, "many.csv", "--json").out)


def test_support_is_the_sum_of_weights(nncli, runs):
    Path("w.csv").write_text("a,b,side,w\n-1,0,left,0.25\n-2,0,left,1500\n3,0,right,1\n")
    found = nncli("evaluate", runs["tiny"], "{path: w.csv, targets: side, weights: w}")
    measures, classes, _ = sections(found.out)
    assert measures[0].startswith("3 rows: ")
    assert classes[2].split()[-1] == "1500"
    assert classes[3].split()[-1] == "1"
    flat = parse_json(nncli("evaluate", runs["tiny"], "{path: w.csv, targets: side, weights: w}", "--json").out)
    assert flat["support.left"] == 1500.25


def test_residuals_are_shown_for_one_and_for_several_targets(nncli, runs):
    _, residuals = sections(nncli("evaluate", runs["line"]).out)
    assert residuals[0].split() == ["target", "-", "prediction", "min", "q05", "q25", "median", "q75", "q95", "max"]
    assert [line.split()[0] for line in residuals[2:]] == ["price"]
    x = np.random.default_rng(0).normal(size=(20, 2))
    np.savez("two.npz", x=x, y=x @ [[1, 2], [3, 4000]])
    values = tiny.regression()
    values["data"]["train"] = {"path": "two.npz"}
    values["model"] = [{"type": "dense", "units": 2}]
    run = train(tiny.write(Path(), values), run_dir="two").path
    _, residuals = sections(nncli("evaluate", run, "two.npz").out)
    assert [line.split()[0] for line in residuals[2:]] == ["y_0", "y_1"]
    assert all(len(line.split()) == 8 for line in residuals[2:])
    flat = parse_json(nncli("evaluate", run, "two.npz", "--json").out)
    assert {"residual.y_0.q05", "residual.y_1.max"} <= set(flat)


@pytest.mark.parametrize("name", ["tiny", "line", "bars"])
def test_json_is_one_flat_object_of_plain_values(nncli, runs, name):
    found = nncli("evaluate", runs[name], "--json")
    assert (found.code, found.err) == (0, "")
    assert len(found.out.splitlines()) == 1
    flat = parse_json(found.out)
    assert all(isinstance(value, str | int | float) for value in flat.values())
    assert next(iter(flat)) == "loss"
    assert isinstance(flat["rows"], int)


def test_nan_is_null_in_json(nncli, runs):
    Path("one.csv").write_text("a,b,side\n1,2,left\n3,4,left\n")
    found = nncli("evaluate", runs["tiny"], "one.csv", "--metric", "roc_auc", "--json")
    assert parse_json(found.out)["roc_auc"] is None
    assert nncli("evaluate", runs["tiny"], "one.csv", "--metric", "roc_auc").out.splitlines()[3] == "roc_auc   nan"


@pytest.mark.parametrize(
    ("run", "metric", "words"),
    [
        ("tiny", "roc_aux", "--metric unknown metric 'roc_aux'; did you mean 'roc_auc'?"),
        ("tiny", "mae", "mae measures numbers, but the model's binary_cross_entropy learns class labels"),
        ("line", "f1", "f1 measures class labels, but the model's mean_squared_error learns numbers"),
        ("tiny", "{type: f1", "this { is not closed"),
    ],
)
def test_unsuitable_metrics_are_rejected(nncli, runs, run, metric, words):
    found = nncli("evaluate", runs[run], "--metric", metric)
    assert (found.code, found.out) == (2, "")
    assert words in found.err
    assert len(found.err.splitlines()) == 1


def test_input_is_read_from_standard_input(nncli, runs):
    found = nncli("evaluate", runs["tiny"], "-", "--json", stdin=Path("sides.csv").read_text())
    flat = parse_json(nncli("evaluate", runs["tiny"], "sides.csv", "--json").out)
    assert parse_json(found.out) == {**flat, "source": "-"}


def test_notes_go_to_standard_error(nncli, runs):
    Path("new.csv").write_text("a,b,id,side\n-1,2,x,left\n1,2,y,right\n")
    found = nncli("evaluate", runs["tiny"], "new.csv", "--json")
    assert found.err == "note: columns not used in training are ignored: id\n"
    assert parse_json(found.out)["rows"] == 2
