"""Test `nncli predict`, `evaluate` and `inspect`."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from nncli.runs import checkpoint, checkpoint_meta
from nncli.workflows.train import train
from tests.workflows import tiny


def csv_rows(text):
    """Parse CSV into lists of cells."""
    return list(csv.reader(io.StringIO(text)))


def test_csv_is_written_to_standard_output(nncli, runs):
    found = nncli("predict", runs["tiny"], "sides.csv")
    assert (found.code, found.err) == (0, "")
    header, *rows = csv_rows(found.out)
    assert header == ["left", "right"]
    assert len(rows) == 60
    assert all(abs(float(left) + float(right) - 1) < 1e-6 for left, right in rows)


def test_the_classes_option_prints_the_most_likely_class(nncli, runs):
    header, *rows = csv_rows(nncli("predict", runs["tiny"], "sides.csv", "--classes").out)
    assert header == ["class"]
    probable = csv_rows(nncli("predict", runs["tiny"], "sides.csv").out)[1:]
    assert rows == [["right" if float(right) > 0.5 else "left"] for _, right in probable]


def test_regression_header_has_the_target_names(nncli, runs):
    header, *rows = csv_rows(nncli("predict", runs["line"], "line.csv").out)
    assert header == ["price"]
    assert 1000 < float(rows[0][0]) < 9000


@pytest.mark.parametrize("ending", [".npy", ".csv", ".json"])
def test_every_output_format_has_the_same_predictions(nncli, runs, ending):
    Path(f"out{ending}").write_text("old")
    found = nncli("predict", runs["bars"], "bars.npz", "--output", f"out{ending}")
    assert (found.code, found.out) == (0, "")
    expected = [[float(cell) for cell in row] for row in csv_rows(nncli("predict", runs["bars"], "bars.npz").out)[1:]]
    if ending == ".npy":
        array = np.load("out.npy", allow_pickle=False)
        assert array.shape == (40, 2)
        rows = array.tolist()
    elif ending == ".json":
        rows = [[item["flat"], item["upright"]] for item in json.loads(Path("out.json").read_text())]
    else:
        rows = [[float(cell) for cell in row] for row in csv_rows(Path("out.csv").read_text())[1:]]
    assert rows == expected


def test_input_is_read_from_standard_input(nncli, runs):
    from_file = nncli("predict", runs["tiny"], "sides.csv")
    for text in (Path("sides.csv").read_text(), "\ufeff" + Path("sides.csv").read_text()):
        found = nncli("predict", runs["tiny"], "-", stdin=text)
        assert (found.code, found.out) == (0, from_file.out)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "standard input:1: expected a header line"),
        ("a,c\n1,2\n", "standard input: no column 'b'"),
        ("a,b\n1,2\n3,x\n", "standard input:3: column 'b': expected a finite number; got 'x'"),
        (b"a,b\n\xff,2\n", "standard input: not UTF-8 text"),
    ],
)
def test_invalid_standard_input_is_rejected(nncli, runs, text, words):
    found = nncli("predict", runs["tiny"], "-", stdin=text)
    assert found.code == 2
    assert words in found.err


def test_notes_go_to_standard_error(nncli, runs):
    Path("new.csv").write_text("a,b,id\n1,2,x\n")
    found = nncli("predict", runs["tiny"], "new.csv")
    assert len(csv_rows(found.out)) == 2
    assert found.err == "note: columns not used in training are ignored: id\n"


def write_invalid_files(name):
    """Write files that predict cannot use."""
    Path("text.txt").write_text("a,b\n1,2\n")
    Path("narrow.csv").write_text("a\n1\n")
    Path("nan.csv").write_text("a,b\n1,nan\n")
    np.save("wide.npy", np.zeros((2, 5)))
    np.save("nan.npy", np.array([[1, np.nan]]))
    np.savez("foreign.npz", x=np.zeros(3))
    Path("foreign.txt").write_text("not a checkpoint")
    return name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["RUN", "gone.csv"], "no such file or folder: gone.csv"),
        (["RUN", "text.txt"], "text.txt: unknown kind of input"),
        (["RUN", "narrow.csv"], "no column 'b'"),
        (["RUN", "nan.csv"], "nan.csv:2: column 'b': expected a finite number; got 'nan'"),
        (["RUN", "wide.npy"], "wide.npy: the model takes rows of the shape (2,); got (5,)"),
        (["RUN", "nan.npy"], "nan.npy: row 0, column 1"),
        (["RUN", "bars.npz"], "(2,); got (8, 8)"),
        (["RUN", "sides.csv", "--output", "out.txt"], "out.txt: expected a name that ends in .npy, .csv, .json"),
        (["RUN", "sides.csv", "--output", "gone/out.csv"], "gone/out.csv"),
        (["RUN", "sides.csv", "--batch-size", "0"], "--batch-size"),
        (["RUN", "{path: "], "this { is not closed"),
        (["RUN", "{path: a.csv, pth: 3}"], "unknown key 'pth'"),
        (["gone", "sides.csv"], "no such checkpoint or run directory: gone"),
        (["foreign.npz", "sides.csv"], "foreign.npz: not an nncli checkpoint"),
        (["foreign.txt", "sides.csv"], "foreign.txt: not an nncli checkpoint"),
        (["tiny.yaml", "sides.csv"], "tiny.yaml: not an nncli checkpoint"),
        ([".", "sides.csv"], ".: a directory without checkpoints"),
        (["REGRESSION", "line.csv", "--classes"], "a regression model, which has no classes"),
    ],
)
def test_user_errors_exit_with_2_and_one_line(nncli, runs, arguments, words):
    write_invalid_files("")
    before = sorted(os.listdir())
    known = {"RUN": runs["tiny"], "REGRESSION": runs["line"]}
    found = nncli("predict", *(known.get(item, item) for item in arguments))
    assert found.code == 2
    assert found.out == "", "a rejected command prints nothing to standard output"
    assert words in found.err
    assert len(found.err.splitlines()) == 1 or found.err.startswith("Usage:")
    assert sorted(os.listdir()) == before


def test_evaluate_shows_rows_and_metrics(nncli, runs):
    found = nncli("evaluate", runs["tiny"])
    assert (found.code, found.err) == (0, "")
    assert "test rows" in found.out
    assert "accuracy" in found.out
    assert "validation rows" in nncli("evaluate", runs["line"]).out
    assert nncli("evaluate", runs["tiny"], "sides.csv").out.startswith("60 rows: sides.csv\n")


def test_evaluate_as_json_is_one_flat_object(nncli, runs):
    found = nncli("evaluate", runs["tiny"], "--json")
    values = json.loads(found.out)
    assert len(found.out.splitlines()) == 1
    assert {"loss", "accuracy"} <= set(values)
    assert not any(isinstance(value, dict | list) for value in values.values())
    test = json.loads(Path(runs["tiny"], "test.json").read_text())
    assert (values["loss"], values["accuracy"]) == (test["loss"], test["accuracy"])


def test_evaluate_with_separate_targets(nncli, runs):
    with np.load("bars.npz") as archive:
        np.save("x.npy", archive["x"])
        np.save("y.npy", archive["y"])
    found = nncli("evaluate", runs["bars"], "x.npy", "--targets", "y.npy", "--json")
    assert json.loads(found.out)["rows"] == 40
    found = nncli("evaluate", runs["bars"], "x.npy")
    assert (found.code, found.out) == (2, "")
    assert "--targets" in found.err, "the message names the option to add"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["RUN", "gone.csv"], "no such file or folder: gone.csv"),
        (["RUN", "line.csv"], "no column"),
        (["gone"], "no such checkpoint or run directory: gone"),
        (["bars.npz"], "bars.npz: not an nncli checkpoint"),
    ],
)
def test_evaluate_rejects_invalid_input(nncli, runs, arguments, words):
    found = nncli("evaluate", *(runs["tiny"] if item == "RUN" else item for item in arguments))
    assert (found.code, found.out) == (2, "")
    assert words in found.err


def test_inspect_shows_layers_scaling_names_and_metrics(nncli, runs):
    found = nncli("inspect", runs["bars"])
    assert (found.code, found.err) == (0, "")
    for words in (
        "0.conv2d",
        "6 x 6 x 3",
        "30",
        "8 x 8 x 1",
        "divide",
        "255",
        "flat, upright",
        "bars.npz",
        "best",
        "last",
    ):
        assert words in found.out, words
    assert "total" in found.out
    assert "86" in found.out
    text = nncli("inspect", runs["line"]).out
    assert "size, age" in text
    assert "price" in text
    assert "standard" in text


def test_inspect_shows_every_kind_of_scaling(nncli, inside):
    values = tiny.regression()
    values["data"] |= {
        "scale_inputs": {"type": "per_column", "columns": {"age": "quantile"}, "others": "none"},
        "scale_targets": {"type": "quantile", "quantiles": 7},
    }
    train(tiny.write(inside, values), run_dir="run")
    text = nncli("inspect", "run").out
    assert "scaled by  per_column: age: to a normal distribution, 40 quantiles; others: not scaled\n" in text
    assert "scaled by  quantile: to a normal distribution, 7 quantiles\n" in text
    values["data"]["scale_inputs"] = {"type": "per_column", "columns": {"age": "minmax", "size": "minmax"}}
    train(tiny.write(inside, values), run_dir="other")
    text = nncli("inspect", "other").out
    assert re.search(r"scaled by  per_column: age, size: \(x - \S+\) / \S+, \(x - \S+\) / \S+\n", text)


def test_inspect_abbreviates_the_scaling_of_many_columns(nncli, inside):
    random = np.random.default_rng(0)
    np.savez("wide.npz", x=random.normal(size=(20, 30)), y=random.normal(size=20))
    values = tiny.regression()
    columns = {str(index): {"type": "divide", "by": index + 1} for index in range(12)}
    values["data"] = {
        "train": {"path": "wide.npz"},
        "scale_inputs": {"type": "per_column", "columns": columns, "others": "standard"},
    }
    train(tiny.write(inside, values), run_dir="run")
    text = nncli("inspect", "run").out
    (line,) = [line for line in text.splitlines() if line.startswith("scaled by")]
    assert line.startswith("scaled by  per_column: 0: (x - 0) / 1; 1: (x - 0) / 2; ")
    assert line.endswith("7: (x - 0) / 8 and 5 more")


BLOCKS = {
    "model": [
        {"type": "conv2d", "filters": 2, "kernel_size": 3, "bias": False},
        {
            "type": "residual",
            "layers": [{"type": "conv2d", "filters": 4, "kernel_size": 1, "stride": 2}, "batch_norm"],
        },
        {"type": "dense", "units": 2},
        "softmax",
    ],
    "optimizer": {"type": "adam", "learning_rate": {"type": "cosine", "initial": 0.01, "warmup_steps": 10}},
    "training": {
        "epochs": 1,
        "batch_size": 8,
        "batches_per_step": 2,
        "penalty": {"l2": 1e-4},
        "weight_averaging": {"decay": 0.99},
    },
}
SHOWN = """\
 layer              output shape   parameters
 input              8 x 8 x 1
 0.conv2d           6 x 6 x 2              18
 1.residual         3 x 3 x 4              28
   0.conv2d         3 x 3 x 4              12
   1.batch_norm     3 x 3 x 4               8
   projection       3 x 3 x 4               8
 2.dense            2                      74
 3.softmax          2                       0
"""


def split_table(text):
    """Split the lines of a table into words, without the horizontal line."""
    return [line.split() for line in text.splitlines() if "x" in line or not set(line) <= set(" ─-")]


def test_check_and_inspect_show_the_layers_in_containers_with_the_same_counts(nncli, inside):
    config = tiny.write(inside, tiny.convolutional(**BLOCKS), "blocks.yaml")
    checked = nncli("check", config).out
    size = "120 parameters, and 8 non-trainable parameters"
    assert checked.splitlines()[0].endswith(f"rows; {size}")
    started = nncli("train", config, "--run-dir", "run").err
    assert f"{size}; 1 epochs" in started
    text = nncli("inspect", "run").out
    table = text.split("\n\n")[1]
    assert split_table(table)[:-2] == split_table(SHOWN)
    assert split_table(table)[-2:] == [["total", "120"], ["non-trainable", "parameters", "8"]]
    assert "\n   1.batch_norm" in table
    rows = split_table(checked.split("\n\n")[1])
    assert [row[:-1] for row in rows[2:]] == split_table(SHOWN)[2:]
    assert [row[-1] for row in rows[2:]] == ["648", "144", "72", "0", "72", "72", "0"]


def test_inspect_shows_training_settings(nncli, inside):
    train(tiny.write(inside, tiny.convolutional(**BLOCKS), "blocks.yaml"), run_dir="run")
    text = nncli("inspect", "run").out
    for line in (
        "optimizer  adam (learning_rate cosine: warmup_steps 10, initial 0.01, final 0; beta1 0.9, beta2 0.999, "
        "epsilon 1e-08, amsgrad false)",
        "per step   2 batches of 8 rows (batches_per_step 2)",
        "penalty    l2 0.0001",
        "weights    a moving average over all steps (weight_averaging: decay 0.99, warmup false)",
    ):
        assert f"\n{line}\n" in text
    path = "run/checkpoints/best.npz"
    meta, arrays = checkpoint.load(path)
    meta = {key: value for key, value in meta.items() if key not in ("arrays", "format", "format_version")}
    del meta["config"]["training"]["weight_averaging"], meta["config"]["training"]["penalty"]
    del meta["config"]["training"]["batches_per_step"]
    meta["config"]["model"][1]["layers"][1] = {"type": "of_a_plugin"}
    checkpoint.save("old.npz", arrays, {}, meta)
    text = nncli("inspect", "old.npz").out
    for words in ("per step", "penalty", "weights ", "projection", "non-trainable"):
        assert words not in text
    assert split_table(text.split("\n\n")[1])[2:] == [
        ["0.conv2d", "6", "x", "6", "x", "2", "18"],
        ["1.residual", "3", "x", "3", "x", "4", "36"],
        ["2.dense", "2", "74"],
        ["3.softmax", "2", "0"],
        ["total", "128"],
    ]
    found = json.loads(nncli("inspect", "old.npz", "--json").out)
    assert (found["parameters"], found["running_values"]) == (128, None)


def test_inspect_prints_json(nncli, runs):
    found = nncli("inspect", runs["tiny"], "--json")
    values = json.loads(found.out, parse_constant=lambda name: pytest.fail(f"{name} is not valid JSON"))
    assert values["class_names"] == ["left", "right"]
    assert (values["parameters"], values["running_values"]) == (17, 0)
    assert [layer["name"] for layer in values["all_layers"]] == [layer["name"] for layer in values["layers"]]
    assert values["config"]["seed"] == 0


def test_inspect_verifies_checksums_on_request(nncli, runs):
    shutil.copy(Path(runs["tiny"], "checkpoints", "best.npz"), "m.npz")
    assert nncli("inspect", "m.npz", "--verify").code == 0
    content = bytearray(Path("m.npz").read_bytes())
    content[content.find(checkpoint.load("m.npz")[1]["2.dense.weight"].tobytes())] ^= 1
    Path("m.npz").write_bytes(content)
    assert nncli("inspect", "m.npz").code == 0
    for arguments in (("inspect", "m.npz", "--verify"), ("predict", "m.npz", "sides.csv"), ("evaluate", "m.npz")):
        found = nncli(*arguments)
        assert (found.code, found.out) == (2, "")
        assert "the array '2.dense.weight' is damaged" in found.err


@pytest.mark.parametrize("name", ["foreign.npz", "foreign.txt", "gone.npz", "wide.npy"])
def test_inspect_rejects_other_files(nncli, name):
    write_invalid_files("")
    found = nncli("inspect", name)
    assert (found.code, found.out) == (2, "")
    assert len(found.err.splitlines()) == 1
    assert name in found.err


def test_a_checkpoint_whose_meta_describes_no_model_is_rejected(nncli):
    checkpoint.save("m.npz", {}, {}, {"name": "a"})
    for arguments in (("inspect", "m.npz"), ("predict", "m.npz", "sides.csv"), ("evaluate", "m.npz")):
        found = nncli(*arguments)
        assert (found.code, found.out) == (2, ""), arguments
        assert "m.npz" in found.err


def test_a_checkpoint_of_another_version_is_rejected(nncli):
    checkpoint_meta.VERSION, version = 99, checkpoint_meta.VERSION
    try:
        checkpoint.save("m.npz", {}, {}, {"name": "a", "nncli_version": "7.0"})
    finally:
        checkpoint_meta.VERSION = version
    found = nncli("predict", "m.npz", "sides.csv")
    assert found.code == 2
    assert "format version 99" in found.err
    assert "7.0" in found.err


@pytest.mark.parametrize("output", ["x.npy", "link.npy", "sides.csv"])
def test_input_files_are_not_overwritten(nncli, runs, inside, output):
    np.save("x.npy", np.ones((3, 2)))
    os.makedirs("../runs", exist_ok=True)
    if not os.path.lexists("link.npy"):
        os.link("x.npy", "link.npy")
    before = Path("sides.csv").read_bytes(), Path("x.npy").read_bytes()
    source = "sides.csv" if output == "sides.csv" else "x.npy"
    found = nncli("predict", runs["tiny"], source, "--output", output)
    assert found.code == 2
    assert found.err == f"{output}: the predictions need this file, so it is not overwritten; name another file\n"
    assert (Path("sides.csv").read_bytes(), Path("x.npy").read_bytes()) == before


def test_older_output_is_replaced(nncli, runs, inside):
    for _ in range(2):
        assert nncli("predict", runs["tiny"], "sides.csv", "--output", "new.csv").code == 0


def test_targets_require_input(nncli, runs):
    found = nncli("evaluate", runs["tiny"], "--targets", "y.npy")
    assert (found.code, found.err) == (2, "--targets needs INPUT: the rows to evaluate\n")
