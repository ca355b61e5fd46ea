"""Test predictions of a checkpoint: values, sources and output files."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import CheckpointError, DataError, SaveError, ShapeError, UserError
from nncli.lifecycle.predictor import load_predictor
from nncli.runs import checkpoint
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny


def table(run, text, **keys):
    """Return (header, rows) of the predictions."""
    found = predict(run, str(text), **keys)
    return found.header, list(found.table())


def by_hand(run, x, scaled=True):
    """Return the outputs of a dense network, computed only from the content of the checkpoint."""
    meta, arrays = checkpoint.load(os.path.join(run, "checkpoints", "best.npz"))
    scaling = meta["preprocessing"]["input_scaling"]
    x = ((np.asarray(x, float) - scaling["shift"]) / scaling["scale"]) if scaled else np.asarray(x, float)
    for layer in meta["layers"]:
        if layer["type"] == "dense":
            x = x @ arrays[f"{layer['name']}.weight"] + arrays[f"{layer['name']}.bias"]
        elif layer["type"] == "tanh":
            x = np.tanh(x)
        elif layer["type"] == "sigmoid":
            x = 1 / (1 + np.exp(-x))
    return x


def test_one_sigmoid_unit_gives_a_column_per_class(trained, tmp_path):
    x = [[-2.0, 0.5], [1.5, -0.25], [0.0, 0.0]]
    (tmp_path / "new.csv").write_text("a,b\n" + "\n".join(f"{a},{b}" for a, b in x) + "\n")
    header, rows = table(trained["classifier"], tmp_path / "new.csv")
    assert header == ["left", "right"]
    right = by_hand(trained["classifier"], x)[:, 0]
    np.testing.assert_allclose(rows, np.stack([1 - right, right], axis=1), rtol=1e-5)
    assert table(trained["classifier"], tmp_path / "new.csv", classes=True) == (
        ["class"],
        [["right" if p > 0.5 else "left"] for p in right],
    )


def test_loading_a_model_draws_no_initial_weights(trained, monkeypatch):
    monkeypatch.setattr("nncli.nn.parameters.generator", None)
    assert load_predictor(trained["classifier"]).executor.network.vector.any()


def test_a_regression_predicts_in_original_units(trained, tmp_path):
    x = [[1.0, 2.0], [-1.0, 0.5]]
    (tmp_path / "new.csv").write_text("size,age\n1.0,2.0\n-1.0,0.5\n")
    header, rows = table(trained["regression"], tmp_path / "new.csv")
    assert header == ["price"]
    scaling = checkpoint.read_meta(os.path.join(trained["regression"], "checkpoints", "best.npz"))["preprocessing"]
    target = scaling["target_scaling"]
    expected = by_hand(trained["regression"], x) * target["scale"] + target["shift"]
    np.testing.assert_allclose(rows, expected, rtol=1e-5)
    assert 1000 < rows[0][0] < 9000
    with pytest.raises(CheckpointError, match="a regression model, which has no classes"):
        predict(trained["regression"], str(tmp_path / "new.csv"), classes=True)


def test_columns_are_found_by_name_and_unused_columns_are_ignored_with_a_note(trained, tmp_path):
    (tmp_path / "one.csv").write_text("a,b\n-2,0.5\n")
    (tmp_path / "two.csv").write_text("side,b,id,a\nleft,0.5,x,-2\n")
    assert table(trained["classifier"], tmp_path / "one.csv") == table(trained["classifier"], tmp_path / "two.csv")
    found = predict(trained["classifier"], str(tmp_path / "two.csv"))
    list(found.table())
    assert found.notes == ["columns not used in training are ignored: id"]


def test_a_model_of_a_table_predicts_arrays(trained, tmp_path):
    np.save(tmp_path / "x.npy", np.array([[-2, 0.5]]))
    (tmp_path / "one.csv").write_text("a,b\n-2,0.5\n")
    assert table(trained["classifier"], tmp_path / "x.npy") == table(trained["classifier"], tmp_path / "one.csv")


def test_the_training_file_with_its_targets_can_be_predicted(trained):
    path = Path(trained["classifier"]).parent / tiny.TABLE
    assert len(table(trained["classifier"], path)[1]) == 60


def test_a_npz_file_with_the_default_names_can_be_predicted(trained, tmp_path):
    found = tiny.bars(7, seed=8)
    np.savez(tmp_path / "new.npz", x=found["x"])
    np.save(tmp_path / "new.npy", found["x"][..., None])
    header, rows = table(trained["bars"], tmp_path / "new.npz")
    assert header == ["flat", "upright"]
    np.testing.assert_allclose(np.sum(rows, axis=1), 1, rtol=1e-5)
    assert table(trained["bars"], tmp_path / "new.npy")[1] == rows
    with np.load(tmp_path / "new.npz") as archive:
        assert archive.files == ["x"], "predict needs no targets"


def test_logits_become_probabilities(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = tiny.classifier(metrics=[], loss={"type": "binary_cross_entropy", "from_logits": True})
    values["model"] = values["model"][:-1]
    run = train(tiny.write(tmp_path, values), run_dir="logits").path
    rows = np.array(table(run, tiny.TABLE)[1])
    assert ((rows > 0) & (rows < 1)).all()
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-5)
    plain = train(tiny.write(tmp_path, tiny.classifier(metrics=[])), run_dir="plain").path
    np.testing.assert_allclose(np.array(table(plain, tiny.TABLE)[1]), rows, rtol=1e-4)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_predictions_do_not_depend_on_the_batch_size(trained, size):
    path = Path(trained["classifier"]).parent / tiny.TABLE
    np.testing.assert_allclose(
        table(trained["classifier"], path, batch_size=size)[1], table(trained["classifier"], path)[1], rtol=1e-5
    )


def test_a_run_its_checkpoint_and_a_copy_give_the_same_predictions(trained, tmp_path):
    source = Path(trained["classifier"]).parent / tiny.TABLE
    shutil.copy(Path(trained["classifier"], "checkpoints", "best.npz"), tmp_path / "model.npz")
    expected = table(trained["classifier"], source)
    assert table(Path(trained["classifier"], "checkpoints", "best.npz"), source) == expected
    assert table(tmp_path / "model.npz", source) == expected, "predict needs no other file"


def test_input_can_be_a_mapping_as_in_a_config(trained):
    path = Path(trained["bars"]).parent / tiny.BARS
    assert len(table(trained["bars"], f"{{path: {path}, inputs: x}}")[1]) == 40


def test_predictions_are_written_as_npy_csv_and_json(trained, tmp_path):
    source = str(Path(trained["bars"]).parent / tiny.BARS)
    header, rows = table(trained["bars"], source)
    found = predict(trained["bars"], source)
    for ending in (".npy", ".csv", ".json"):
        path = tmp_path / f"out{ending}"
        path.write_text("old content")
        found.write(str(path))
    array = np.load(tmp_path / "out.npy", allow_pickle=False)
    assert array.shape == (40, 2)
    assert array.tolist() == rows
    with open(tmp_path / "out.csv", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == header
    assert [[float(cell) for cell in line] for line in lines[1:]] == rows
    assert json.loads((tmp_path / "out.json").read_text()) == [dict(zip(header, row, strict=True)) for row in rows]
    assert sorted(os.listdir(tmp_path)) == ["out.csv", "out.json", "out.npy"]


def test_a_npy_file_of_a_single_sigmoid_unit_has_one_column(trained, tmp_path):
    source = str(Path(trained["classifier"]).parent / tiny.TABLE)
    predict(trained["classifier"], source).write(str(tmp_path / "out.npy"))
    array = np.load(tmp_path / "out.npy")
    assert array.shape == (60, 1)
    np.testing.assert_allclose(array[:, 0], [row[1] for row in table(trained["classifier"], source)[1]], rtol=1e-6)


def test_classes_are_written_to_files(trained, tmp_path):
    found = predict(trained["bars"], str(Path(trained["bars"]).parent / tiny.BARS), classes=True)
    for ending in (".npy", ".csv", ".json"):
        found.write(str(tmp_path / f"out{ending}"))
    array = np.load(tmp_path / "out.npy", allow_pickle=False)
    assert set(array.tolist()) <= {"flat", "upright"}
    assert json.loads((tmp_path / "out.json").read_text())[0] == {"class": array[0]}
    assert (tmp_path / "out.csv").read_text().startswith(f"class\n{array[0]}\n")


@pytest.mark.parametrize("ending", [".npy", ".csv", ".json"])
def test_a_failed_prediction_leaves_no_file(trained, tmp_path, ending):
    (tmp_path / "new.csv").write_text("a,b\n1,2\n3,x\n")
    (tmp_path / f"out{ending}").write_text("old")
    with pytest.raises(DataError, match=r"new\.csv:3: column 'b': expected a finite number; got 'x'"):
        predict(trained["classifier"], str(tmp_path / "new.csv"), batch_size=1).write(str(tmp_path / f"out{ending}"))
    assert (tmp_path / f"out{ending}").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["new.csv", f"out{ending}"]


def test_a_full_disk_raises_a_save_error(trained, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SaveError):
        predict(trained["bars"], str(Path(trained["bars"]).parent / tiny.BARS)).write(str(tmp_path / "out.csv"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["out.txt", "out", "out.npz", "csv"])
def test_output_names_with_an_unknown_extension_are_rejected(trained, tmp_path, name):
    source = str(Path(trained["bars"]).parent / tiny.BARS)
    with pytest.raises(UserError, match=r"expected a name that ends in \.npy, \.csv, \.json"):
        predict(trained["bars"], source).write(str(tmp_path / name))
    assert os.listdir(tmp_path) == []


def test_inputs_of_another_shape_are_rejected(trained, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((3, 5, 5)))
    (tmp_path / "t.csv").write_text("a,c\n1,2\n")
    for run, name, words in (
        ("bars", "x.npy", ("x.npy", "(8, 8, 1)", "(5, 5)")),
        ("classifier", "x.npy", ("x.npy", "(2,)", "(5, 5)")),
        ("bars", "t.csv", ("t.csv", "(8, 8, 1)", "2 columns")),
        ("classifier", "t.csv", ("t.csv", "'b'")),
    ):
        with pytest.raises((ShapeError, DataError)) as caught:
            list(predict(trained[run], str(tmp_path / name)).table())
        assert all(word in str(caught.value) for word in words), str(caught.value)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["gone.csv", "gone/", "gone.npz"])
def test_missing_inputs_are_rejected(trained, tmp_path, name):
    with pytest.raises(DataError, match="no such file or folder"):
        predict(trained["classifier"], str(tmp_path / name))


def test_inputs_of_unknown_kind_are_rejected(trained, tmp_path):
    (tmp_path / "a.xlsx").write_text("")
    with pytest.raises(DataError, match=r"a\.xlsx: unknown kind of input; expected a table \(\.csv"):
        predict(trained["classifier"], str(tmp_path / "a.xlsx"))


def test_damaged_weights_are_rejected(trained, tmp_path):
    path = tmp_path / "model.npz"
    content = bytearray(Path(trained["classifier"], "checkpoints", "best.npz").read_bytes())
    weight = checkpoint.load(os.path.join(trained["classifier"], "checkpoints", "best.npz"))[1]["0.dense.weight"]
    content[content.find(weight.tobytes()) + 2] ^= 64
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"0\.dense\.weight.* is damaged"):
        predict(str(path), str(Path(trained["classifier"]).parent / tiny.TABLE))


def test_weights_that_do_not_fit_the_config_are_rejected(tmp_path, trained):
    meta, arrays = checkpoint.load(os.path.join(trained["classifier"], "checkpoints", "best.npz"))
    del meta["arrays"], meta["format"], meta["format_version"]
    weights = {name: array for name, array in arrays.items() if "/" not in name}
    checkpoint.save(str(tmp_path / "m.npz"), {**weights, "0.dense.weight": np.zeros((3, 3))}, {}, meta)
    with pytest.raises(
        CheckpointError, match=r"expected the array '0\.dense\.weight' of the shape \(2, 4\); got \(3, 3\)"
    ):
        predict(str(tmp_path / "m.npz"), str(Path(trained["classifier"]).parent / tiny.TABLE))
    del weights["0.dense.bias"]
    checkpoint.save(str(tmp_path / "m.npz"), weights, {}, meta)
    with pytest.raises(CheckpointError, match=r"expected the array '0\.dense\.bias'"):
        predict(str(tmp_path / "m.npz"), str(Path(trained["classifier"]).parent / tiny.TABLE))


@pytest.mark.parametrize("part", ["config", "preprocessing", "layers", "class_names"])
@pytest.mark.parametrize("value", [None, {}, [], "text", {"model": 3}])
def test_an_invalid_meta_json_is_rejected_or_has_no_effect(tmp_path, trained, part, value):
    meta, arrays = checkpoint.load(os.path.join(trained["classifier"], "checkpoints", "best.npz"))
    meta = {name: item for name, item in meta.items() if name not in ("arrays", "format", "format_version")}
    checkpoint.save(str(tmp_path / "m.npz"), arrays, {}, {**meta, part: value})
    if part in ("layers", "class_names"):
        predict(str(tmp_path / "m.npz"), str(Path(trained["classifier"]).parent / tiny.TABLE))
        return
    with pytest.raises(CheckpointError, match=r"m\.npz: its (config|meta)"):
        predict(str(tmp_path / "m.npz"), str(Path(trained["classifier"]).parent / tiny.TABLE))


def image_run(folder, monkeypatch):
    """Train on a folder of bright and dark images, and return the run directory."""
    from PIL import Image

    monkeypatch.chdir(folder)
    for label, value in (("bright", 220), ("dark", 30)):
        (folder / "images" / label).mkdir(parents=True)
        for number in range(8):
            Image.new("L", (4, 4), value + number).save(folder / "images" / label / f"{number}.png")
    values = tiny.classifier(metrics=["accuracy"])
    values["data"] = {"train": {"path": "images"}, "scale_inputs": {"type": "divide", "by": 255}}
    return train(tiny.write(folder, values), run_dir="run").path


def test_images_get_a_column_with_their_file(tmp_path, monkeypatch):
    run = image_run(tmp_path, monkeypatch)
    os.mkdir("flat")
    for number in (10, 2):
        shutil.copy(f"images/dark/{number % 8}.png", f"flat/img_{number}.png")
    header, rows = table(run, "flat")
    assert header == ["file", "bright", "dark"]
    assert [row[0] for row in rows] == ["img_2.png", "img_10.png"]
    assert table(run, "flat", classes=True)[0] == ["file", "class"]
    assert table(run, "images/dark/3.png")[1][0][0] == "3.png"
    assert [row[0] for row in table(run, "images")[1]][:2] == ["bright/0.png", "bright/1.png"]
    predict(run, "flat").write("out.json")
    assert set(json.loads(Path("out.json").read_text())[0]) == {"file", "bright", "dark"}
    predict(run, "flat").write("out.npy")
    assert np.load("out.npy").shape == (2, 1)
