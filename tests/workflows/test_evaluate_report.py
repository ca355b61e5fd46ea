"""Test reports of evaluate: additional metrics, classes, residuals, and every kind of source."""

from __future__ import annotations

import gzip
import json
import struct
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import DataError, UserError
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.oracle import metrics as by_definition
from tests.workflows import tiny

POINTS = np.random.default_rng(5).normal(size=(40, 2)).round(3)
ACTUAL = np.where(POINTS[:, 0] + POINTS[:, 1] < 0, "left", "right")
WEIGHTS = np.arange(40) % 4 * 0.5


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"{a},{b},{side},{w}" for (a, b), side, w in zip(POINTS.tolist(), ACTUAL, WEIGHTS, strict=True)]
    Path("new.csv").write_text("\n".join(["a,b,side,w", *lines]) + "\n")


def probabilities(run, source="new.csv"):
    return np.concatenate(list(predict(run, source).arrays())).astype(float)


def test_additional_metrics_are_given_by_name_or_mapping(trained):
    names = ["accuracy", "roc_auc", "{type: f1, average: macro}", "{type: f1, average: micro}", "f1"]
    found = evaluate(trained["classifier"], "new.csv", metrics=names).results
    assert list(found) == ["loss", "accuracy", "roc_auc", "f1_macro", "f1_micro", "f1"]
    p, y, ones = probabilities(trained["classifier"]), (ACTUAL == "right")[:, None] * 1, np.ones(40)
    expected = {
        "accuracy": by_definition.accuracy(p, y, ones),
        "roc_auc": by_definition.roc_auc(p, y, ones),
        "f1_macro": by_definition.f1(p, y, ones, "macro"),
        "f1_micro": by_definition.f1(p, y, ones, "micro"),
        "f1": by_definition.f1(p, y, ones, "binary"),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    plain = evaluate(trained["classifier"], "new.csv").results
    assert list(plain) == ["loss", "accuracy"]
    assert plain.items() <= found.items()
    assert len(set(expected.values())) == 4, "f1_micro equals accuracy"


def test_a_regression_is_evaluated_with_additional_metrics(trained):
    found = evaluate(trained["regression"], metrics=["mae", "medae", "rmse"]).results
    assert list(found) == ["loss", "rmse", "r2", "mae", "median_absolute_error"]
    assert found["mae"] <= found["rmse"]


def test_a_metric_can_be_added_with_other_settings():
    run = train(tiny.write(Path(), tiny.classifier(metrics=["f1"])), run_dir="run").path
    plain = evaluate(run, "new.csv").results
    both = evaluate(run, "new.csv", metrics=["{type: f1, average: macro}", "f1"]).results
    assert list(both) == ["loss", "f1", "f1_macro"]
    assert both["f1"] == plain["f1"]


def test_metrics_of_the_config_are_not_repeated():
    metrics = [{"type": "f1", "average": "macro"}]
    run = train(tiny.write(Path(), tiny.classifier(metrics=metrics)), run_dir="run").path
    asked = ["{type: f1, average: macro}", "accuracy", "accuracy"]
    assert list(evaluate(run, "new.csv", metrics=asked).results) == ["loss", "f1", "accuracy"]


@pytest.mark.parametrize(
    ("kind", "metric", "words"),
    [
        ("classifier", "roc_aux", "--metric unknown metric 'roc_aux'; did you mean 'roc_auc'?"),
        ("classifier", "acuracy", "did you mean 'accuracy'?"),
        (
            "classifier",
            "rmse",
            "rmse measures numbers, but the model's binary_cross_entropy learns class labels",
        ),
        (
            "regression",
            "accuracy",
            "but the model's mean_squared_error learns numbers",
        ),
        (
            "regression",
            "{type: f1, average: macro}",
            "f1 measures class labels, but the model's",
        ),
        ("classifier", "{type: f1, averag: macro}", "did you mean 'average'?"),
        ("classifier", "{type: f1, average: most}", "--metric "),
        ("classifier", "{type: f1", "--metric "),
        ("classifier", "{average: macro}", "--metric "),
        ("classifier", "[f1]", "--metric "),
        ("classifier", "", "--metric "),
        ("classifier", "3", "--metric "),
    ],
)
def test_unsuitable_metrics_are_rejected(trained, kind, metric, words):
    with pytest.raises(UserError) as caught:
        evaluate(trained[kind], metrics=[metric])
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def digits(**changes):
    values = tiny.convolutional(metrics=["accuracy"])
    values["data"] = {"train": {"dataset": "digits"}, "validation": {"fraction": 0.2}, "scale_inputs": "minmax"}
    values["model"] = [{"type": "dense", "units": 10}, "softmax"]
    values["training"] = {"epochs": 1, "batch_size": 256}
    return values | changes


def test_binary_averages_are_rejected_for_more_than_two_classes():
    run = train(tiny.write(Path(), digits()), run_dir="run").path
    with pytest.raises(DataError, match=r"average: binary is for 2 classes, and there are 10"):
        evaluate(run, metrics=["{type: f1, average: binary}"])


@pytest.mark.parametrize("weighted", [False, True])
def test_the_report_has_precision_recall_and_f1_per_class(trained, weighted):
    source = f"{{path: new.csv, targets: side{', weights: w' if weighted else ''}}}"
    found = evaluate(trained["classifier"], source, metrics=["{type: f1, average: macro}", "precision", "recall"])
    chosen = np.where(probabilities(trained["classifier"])[:, 0] > 0.5, "right", "left")
    weights = WEIGHTS if weighted else np.ones(40)
    names = ("left", "right")
    confusion = [[weights[np.equal(ACTUAL, a) & np.equal(chosen, p)].sum() for p in names] for a in names]
    assert found.class_names == names
    np.testing.assert_allclose(found.classes.confusion, confusion)
    np.testing.assert_allclose(found.classes.support, np.sum(confusion, axis=1))
    flat = found.flat()
    assert flat["confusion.left.right"] == confusion[0][1]
    assert flat["confusion.right.left"] == confusion[1][0]
    assert flat["support.right"] == sum(confusion[1])
    assert flat["precision.right"] == flat["precision"] == pytest.approx(confusion[1][1] / np.sum(confusion, axis=0)[1])
    assert flat["recall.right"] == flat["recall"] == pytest.approx(confusion[1][1] / sum(confusion[1]))
    assert flat["f1_macro" if "f1_macro" in flat else "f1"] == pytest.approx((flat["f1.left"] + flat["f1.right"]) / 2)
    assert flat["accuracy"] == pytest.approx((confusion[0][0] + confusion[1][1]) / np.sum(confusion))
    assert flat["rows"] == 40
    assert not any(isinstance(value, dict | list | tuple | np.generic) for value in flat.values())
    assert all(isinstance(flat[f"confusion.{a}.{p}"], int) for a in names for p in names) or weighted
    assert json.loads(json.dumps(flat)) == flat


@pytest.mark.parametrize("weighted", [False, True])
def test_the_report_has_residual_quantiles_of_one_target(trained, weighted):
    x = np.random.default_rng(1).normal(size=(21, 2)).round(3)
    price = (5000 + 300 * x[:, 0] + 40 * np.arange(21)).round(2)
    w = np.arange(21) % 3
    lines = [f"{a},{b},{p},{weight}" for (a, b), p, weight in zip(x.tolist(), price, w, strict=True)]
    Path("line.csv").write_text("\n".join(["size,age,price,w", *lines]) + "\n")
    source = f"{{path: line.csv, targets: price{', weights: w' if weighted else ''}}}"
    found = evaluate(trained["regression"], source)
    residuals = price - probabilities(trained["regression"], "line.csv")[:, 0]
    assert list(found.residuals) == ["price"]
    assert found.classes is None
    flat = found.flat()
    counted = residuals[w > 0] if weighted else residuals
    assert flat["residual.min"] == pytest.approx(counted.min(), rel=1e-5)
    assert flat["residual.max"] == pytest.approx(counted.max(), rel=1e-5)
    repeated = np.sort(np.repeat(residuals, w)) if weighted else None
    expected = repeated[int(np.ceil(0.25 * len(repeated))) - 1] if weighted else np.quantile(residuals, 0.25)
    assert flat["residual.q25"] == pytest.approx(expected, rel=1e-5)
    assert set(flat) == {"loss", "rmse", "r2", "rows", "source"} | {
        f"residual.{name}" for name in ("min", "q05", "q25", "median", "q75", "q95", "max")
    }


def test_the_report_has_residual_quantiles_of_several_targets():
    x = np.random.default_rng(1).normal(size=(30, 2)).round(3)
    lines = [f"{a},{b},{2 * a + 1},{1000 * b}" for a, b in x.tolist()]
    Path("two.csv").write_text("\n".join(["a,b,low,high", *lines]) + "\n")
    values = tiny.regression()
    values["data"]["train"] = {"path": "two.csv", "targets": ["low", "high"]}
    values["model"] = [{"type": "dense", "units": 2}]
    run = train(tiny.write(Path(), values), run_dir="run").path
    found = evaluate(run, "two.csv")
    assert list(found.residuals) == ["low", "high"]
    predicted = probabilities(run, "two.csv")
    targets = np.stack([2 * x[:, 0] + 1, 1000 * x[:, 1]], axis=1)
    for index, name in enumerate(("low", "high")):
        assert found.flat()[f"residual.{name}.median"] == pytest.approx(
            np.median(targets[:, index] - predicted[:, index]), rel=1e-4
        )
    assert "residual.median" not in found.flat()
    Path("swapped.csv").write_text(
        "\n".join(["high,b,low,a", *(f"{1000 * b},{b},{2 * a + 1},{a}" for a, b in x.tolist())]) + "\n"
    )
    assert evaluate(run, "swapped.csv").residuals == found.residuals, "targets are found by name"


def idx(array):
    """Return an array of bytes in the idx format of the MNIST files."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize("kind", ["npz", "npz mapping", "npy", "npy mapping", "idx", "images", "images mapping"])
def test_labelled_images_are_evaluated_from_every_format(trained, kind):
    data = tiny.bars(24, seed=9)
    labels = data["y"]
    expected = None
    np.savez("a.npz", **data)
    np.savez("b.npz", u=data["x"], v=data["y"])
    np.save("x.npy", data["x"])
    np.save("y.npy", data["y"])
    reference = evaluate(trained["bars"], "a.npz")
    targets, run = None, trained["bars"]
    if kind == "idx":
        run = number_run()
        numbers = (labels == "upright") * 1
        Path("new-idx3-ubyte.gz").write_bytes(gzip.compress(idx(data["x"])))
        Path("new-idx1-ubyte").write_bytes(idx(numbers))
        np.savez("n.npz", x=data["x"], y=numbers)
        reference = evaluate(run, "n.npz")
        text, targets = "new-idx3-ubyte.gz", "new-idx1-ubyte"
    elif kind.startswith("images"):
        image_folder(data)
        text = "{path: folder}" if "mapping" in kind else "folder"
    else:
        text = {
            "npz": "a.npz",
            "npz mapping": "{path: b.npz, inputs: u, targets: v}",
            "npy": "x.npy",
            "npy mapping": "{inputs: x.npy, targets: y.npy}",
        }[kind]
        targets = "y.npy" if kind == "npy" else None
    found = evaluate(run, text, targets)
    assert found.rows == 24
    expected = reference.results
    assert found.results == pytest.approx(expected, rel=1e-5)
    assert (found.classes.confusion == reference.classes.confusion).all()
    assert found.source == text


def number_run():
    """Train on bars whose labels are 0 and 1, and return the run directory."""
    found = tiny.bars(40)
    np.savez("numbers.npz", x=found["x"], y=(found["y"] == "upright") * 1)
    values = tiny.convolutional()
    values["data"]["train"] = {"path": "numbers.npz"}
    return train(tiny.write(Path(), values), run_dir="numbers").path


def image_folder(data):
    from PIL import Image

    for number, (image, label) in enumerate(zip(data["x"], data["y"], strict=True)):
        Path("folder", label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(f"folder/{label}/{number}.png")


@pytest.mark.parametrize(
    "text",
    ["new.csv", "{path: new.csv, targets: side}", "{path: new.csv}", "{path: new.csv, targets: side, inputs: [b, a]}"],
)
@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv"])
def test_labelled_tables_are_evaluated_from_every_format(trained, text, ending):
    expected = evaluate(trained["classifier"], "new.csv").results
    content = Path("new.csv").read_text()
    name = f"other{ending}"
    if ending == ".csv.gz":
        Path(name).write_bytes(gzip.compress(content.encode()))
    else:
        Path(name).write_text(content.replace(",", "\t") if ending == ".tsv" else content)
    assert evaluate(trained["classifier"], text.replace("new.csv", name)).results == expected


def test_a_model_of_a_table_is_evaluated_on_arrays(trained):
    expected = evaluate(trained["classifier"], "new.csv").results
    np.save("x.npy", POINTS)
    np.save("y.npy", ACTUAL)
    np.savez("a.npz", x=POINTS, y=ACTUAL)
    assert evaluate(trained["classifier"], "x.npy", "y.npy").results == expected
    assert evaluate(trained["classifier"], "{inputs: x.npy, targets: y.npy}").results == expected
    assert evaluate(trained["classifier"], "a.npz").results == expected


def test_a_model_is_evaluated_on_a_built_in_dataset():
    run = train(tiny.write(Path(), digits()), run_dir="run").path
    found = evaluate(run, "digits")
    assert found.rows == 1797
    assert evaluate(run, "{dataset: digits}").results == found.results
    assert len(found.class_names) == 10
    assert found.classes.support.sum() == 1797


def test_unsuitable_separate_files_of_targets_are_rejected(trained):
    np.save("y.npy", ACTUAL)
    for text in ("new.csv", str(Path(trained["bars"]).parent / tiny.BARS)):
        with pytest.raises(UserError, match=r"contains its targets; --targets is only for \.npy and idx files"):
            evaluate(trained["classifier"], text, "y.npy")
    np.save("x.npy", POINTS)
    np.save("short.npy", ACTUAL[:7])
    with pytest.raises(UserError, match=r"short\.npy: 7 rows, but x\.npy has 40"):
        evaluate(trained["classifier"], "x.npy", "short.npy")


@pytest.mark.parametrize("test", [False, True])
@pytest.mark.parametrize("split", ["random", "tail"])
def test_evaluate_uses_the_held_out_rows_of_the_config(split, test):
    values = tiny.classifier(metrics=["accuracy"])
    values["data"]["validation"] = {"fraction": 0.25, "split": split}
    values["data"]["test"] = {"fraction": 0.2, "split": split} if test else None
    run = train(tiny.write(Path(), values), run_dir="run").path
    found = evaluate(run, metrics=["f1"])
    assert found.rows == (12 if test else 15)
    assert found.classes.support.sum() == found.rows
    lines = Path(tiny.TABLE).read_text().splitlines()
    if split == "tail":
        Path("tail.csv").write_text("\n".join([lines[0], *lines[-found.rows :]]) + "\n")
        assert evaluate(run, "tail.csv", metrics=["f1"]).results == pytest.approx(found.results, rel=1e-6)


def test_evaluate_uses_the_validation_and_test_sources_of_the_config():
    Path("held.csv").write_text(Path("new.csv").read_text())
    values = tiny.classifier()
    values["data"]["train"]["inputs"] = ["a", "b"]
    values["data"] |= {"validation": {"path": "held.csv"}, "test": None}
    run = train(tiny.write(Path(), values), run_dir="run").path
    assert evaluate(run).results == evaluate(run, "held.csv").results
    assert evaluate(run).source == "validation rows of the config (it has no test rows)"


def test_undefined_metrics_are_nan(trained):
    Path("one.csv").write_text("a,b,side\n1,2,left\n3,4,left\n")
    found = evaluate(trained["classifier"], "one.csv", metrics=["roc_auc"])
    assert isnan(found.results["roc_auc"])
    assert found.flat()["recall.right"] == 0


def test_rows_whose_weights_are_all_0_are_rejected(trained):
    Path("zero.csv").write_text("a,b,side,w\n1,2,left,0\n3,4,left,0\n")
    with pytest.raises(DataError, match=r"zero\.csv: all weights are 0, so every row would be ignored"):
        evaluate(trained["classifier"], "{path: zero.csv, targets: side, weights: w}")
