"""Test evaluating a checkpoint on labelled rows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import DataError, UserError
from nncli.runs import checkpoint
from nncli.workflows.evaluate import evaluate
from nncli.workflows.train import train
from tests.workflows import tiny


def test_evaluate_uses_the_test_rows_of_the_config_by_default(trained):
    found = evaluate(trained["classifier"])
    test = json.loads(Path(trained["classifier"], "test.json").read_text())
    assert {**found.results, "epoch": test["epoch"]} == test
    assert found.rows == 6
    assert "test" in found.source


def test_evaluate_uses_the_validation_rows_if_there_are_no_test_rows(trained):
    for name, count in (("regression", 10), ("bars", 10)):
        found = evaluate(trained[name])
        best = checkpoint.read_meta(os.path.join(trained[name], "checkpoints", "best.npz"))["best"]
        assert found.results == {key[4:]: value for key, value in best.items() if key.startswith("val_")}
        assert found.rows == count
        assert "validation" in found.source


def test_evaluate_needs_input_if_the_config_has_no_test_or_validation_rows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = tiny.classifier()
    values["data"] = {"train": values["data"]["train"]}
    run = train(tiny.write(tmp_path, values)).path
    with pytest.raises(DataError, match="neither test nor validation rows; name the rows to evaluate: nncli evaluate"):
        evaluate(run)


def test_a_file_of_rows_can_be_evaluated(trained, tmp_path):
    (tmp_path / "new.csv").write_text("b,a,side\n0.5,-2,left\n0.5,2,right\n0.5,2,left\n")
    found = evaluate(trained["classifier"], str(tmp_path / "new.csv"))
    assert found.rows == 3
    assert set(found.results) == {"loss", "accuracy"}
    (tmp_path / "line.csv").write_text("size,age,price\n0,0,5000\n")
    found = evaluate(trained["regression"], str(tmp_path / "line.csv"))
    assert found.results["rmse"] == pytest.approx(abs(found.results["rmse"]))
    assert 0 < found.results["rmse"] < 1000, "in original units"


def test_targets_can_be_in_a_separate_file(trained, tmp_path):
    data = tiny.bars(10, seed=9)
    np.save(tmp_path / "x.npy", data["x"])
    np.save(tmp_path / "y.npy", data["y"])
    np.savez(tmp_path / "both.npz", **data)
    one = evaluate(trained["bars"], str(tmp_path / "x.npy"), str(tmp_path / "y.npy"))
    assert one.results == evaluate(trained["bars"], str(tmp_path / "both.npz")).results
    assert one.rows == 10
    with pytest.raises(DataError, match="no targets"):
        evaluate(trained["bars"], str(tmp_path / "x.npy"))
    with pytest.raises(UserError, match="--targets"):
        evaluate(trained["classifier"], str(Path(trained["classifier"]).parent / tiny.TABLE), str(tmp_path / "y.npy"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,side\n1,2,middle\n", "new.csv:2: the label 'middle' is not one of the classes left, right"),
        ("a,b\n1,2\n", "new.csv: no column 'side'"),
        ("a,b,side\n1,2,\n", "new.csv:2: column 'side': the target is blank"),
        ("a,side\n1,left\n", "new.csv: no column 'b'"),
    ],
)
def test_unsuitable_files_are_rejected(trained, tmp_path, text, words):
    (tmp_path / "new.csv").write_text(text)
    with pytest.raises(UserError) as caught:
        evaluate(trained["classifier"], str(tmp_path / "new.csv"))
    assert words in str(caught.value)


def test_rows_of_other_classes_are_left_out_and_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = "".join(f"{index},{'abc'[index % 3]}\n" for index in range(30))
    (tmp_path / "three.csv").write_text(f"x,y\n{lines}")
    values = tiny.classifier()
    values["data"] = {"train": {"path": "three.csv", "targets": "y", "classes": ["c", "a"]}}
    run = train(tiny.write(tmp_path, values), run_dir="run").path
    found = evaluate(run, "three.csv")
    assert found.rows == 20
    assert any("10 rows left out" in note for note in found.notes)


def test_missing_data_files_are_reported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = train(tiny.write(tmp_path, tiny.classifier()), run_dir="run").path
    os.unlink(tiny.TABLE)
    with pytest.raises(UserError, match=r"no such file or folder: .*sides\.csv"):
        evaluate(run)
