"""Test that rows of every kind of source are predicted and evaluated exactly as in training."""

from __future__ import annotations

import csv
import gzip
import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.lifecycle.predictor import load_predictor
from nncli.runs.metrics_log import MetricsLog
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny

COUNT = 36
RANDOM = np.random.default_rng(7)
IMAGES = RANDOM.integers(0, 256, (COUNT, 4, 5)).astype(np.uint8)
LABELS = np.where(IMAGES[:, 0].mean(axis=1) + np.arange(COUNT) % 3 * 40 > 160, "up", "down")


def cells():
    """Yield rows of a table with columns of every kind, some with blank cells."""
    for index, label in enumerate(LABELS.tolist()):
        yield [
            "" if index % 7 == 3 else repr(float(IMAGES[index, 0, 0]) / 7),
            ["true", "FALSE", ""][index % 3],
            ["oslo", 'a "b", c', "", "rome"][index % 4],
            ["007", "7", "12"][index % 3],
            f"{index % 5}e-1",
            label,
            f"{IMAGES[index].mean():.3f}",
            str(index % 4 + 0.5),
        ]


HEADER = ["u", "flag", "city", "zip", "v", "label", "price", "size"]


def text(separator=","):
    """Return the rows as the text of a table."""
    found = io.StringIO()
    csv.writer(found, delimiter=separator).writerows([HEADER, *cells()])
    return found.getvalue().encode()


def write_parquet(folder: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="Arrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns: dict[str, Any] = dict(zip(HEADER, map(list, zip(*cells(), strict=True)), strict=True))
    for name in ("u", "v", "price", "size"):
        columns[name] = [float(cell) if cell else None for cell in columns[name]]
    columns["flag"] = [{"t": True, "F": False}.get(cell[:1]) for cell in columns["flag"]]
    columns["city"] = pa.array([cell or None for cell in columns["city"]]).dictionary_encode()
    parquet.write_table(pa.table(columns), folder / "a.parquet")


def write_images(folder: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    lines = ["file,label,price"]
    for index, (pixels, label) in enumerate(zip(IMAGES, LABELS.tolist(), strict=True)):
        name = f"images/{label}/{index}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        image.fromarray(pixels).save(folder / name)
        lines.append(f"{name},{label},{pixels.mean():.3f}")
    (folder / "list.csv").write_text("\n".join(lines) + "\n")


def write_idx(folder: Path) -> None:
    shape = struct.pack(">HBB3I", 0, 8, 3, *IMAGES.shape)
    (folder / "x-idx3-ubyte.gz").write_bytes(gzip.compress(shape + IMAGES.tobytes()))
    labels = (LABELS == "up").astype(np.uint8)
    (folder / "y-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, COUNT) + labels.tobytes())


def write_npy(folder: Path) -> None:
    np.save(folder / "x.npy", IMAGES.astype(np.float64) / 3)
    np.save(folder / "y.npy", LABELS)


TABLE = {"targets": "label", "inputs": HEADER[:5], "categories": ["zip"], "missing_indicator": True}


@dataclass(frozen=True)
class Kind:
    """A training source, the function that writes its files, and the INPUT and --targets that read the same rows."""

    train: dict[str, Any]
    write: Any
    source: str
    targets: str | None = None
    regression: bool = False


KINDS = {
    "csv": Kind({"path": "a.csv", **TABLE}, lambda folder: (folder / "a.csv").write_bytes(text()), "a.csv"),
    "csv.gz": Kind(
        {"path": "a.csv.gz", **TABLE},
        lambda folder: (folder / "a.csv.gz").write_bytes(gzip.compress(text())),
        "a.csv.gz",
    ),
    "tsv": Kind({"path": "a.tsv", **TABLE}, lambda folder: (folder / "a.tsv").write_bytes(text("\t")), "a.tsv"),
    "parquet": Kind({"path": "a.parquet", **TABLE}, write_parquet, "a.parquet"),
    "several targets": Kind(
        {"path": "a.csv", **TABLE, "targets": ["price", "size"]},
        lambda folder: (folder / "a.csv").write_bytes(text()),
        "a.csv",
        regression=True,
    ),
    "npz": Kind({"path": "a.npz"}, lambda folder: np.savez(folder / "a.npz", x=IMAGES, y=LABELS), "a.npz"),
    "npy": Kind({"inputs": "x.npy", "targets": "y.npy"}, write_npy, "x.npy", "y.npy"),
    "images": Kind({"path": "images"}, write_images, "images"),
    "images of two classes": Kind({"path": "images", "classes": ["up", "down"]}, write_images, "images"),
    "listed images": Kind({"path": "list.csv", "images": "file", "targets": "label"}, write_images, "list.csv"),
    "listed numbers": Kind(
        {"path": "list.csv", "images": "file", "targets": "price"}, write_images, "list.csv", regression=True
    ),
    "idx": Kind({"inputs": "x-idx3-ubyte.gz", "targets": "y-idx1-ubyte"}, write_idx, "x-idx3-ubyte.gz", "y-idx1-ubyte"),
    "dataset": Kind({"dataset": "mnist_2_5"}, lambda folder: None, "mnist_2_5"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a function that trains once per kind of source, and returns the folder and the kind."""
    runs: dict[str, Path] = {}

    def make(name):
        if name not in runs:
            folder, kind = tmp_path_factory.mktemp("as trained"), KINDS[name]
            kind.write(folder)
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                Path("config.yaml").write_text(json.dumps(config(kind)))
                train("config.yaml", run_dir="run")
            runs[name] = folder
        return runs[name], KINDS[name]

    return make


def config(kind, **changes):
    """Return a config that draws its validation rows from the training source."""
    base = tiny.regression(metrics=["mae"]) if kind.regression else tiny.classifier()
    units = {"several targets": 2}.get(next(name for name, other in KINDS.items() if other is kind), 1)
    last = [] if kind.regression else ["sigmoid"]
    scaled = {"scale_targets": "standard"} if kind.regression else {}
    return {
        **base,
        "data": {"train": kind.train, "validation": {"fraction": 0.3}, "scale_inputs": "standard", **scaled},
        "model": [{"type": "dense", "units": 5}, "tanh", {"type": "dense", "units": units}, *last],
        "training": {"epochs": 3, "batch_size": 16},
        **changes,
    }


@pytest.mark.parametrize("name", KINDS)
def test_predict_gives_the_same_inputs_and_outputs_as_training(made, name, monkeypatch):
    folder, kind = made(name)
    monkeypatch.chdir(folder)
    prepared = load_config("config.yaml")
    session, parts = prepared.session(), prepared.validation.splits
    model, predictions = load_predictor("run"), predict("run", kind.source, batch_size=1)
    everything = model.preprocessing.inputs(predictions.rows, model.executor.network.dtype)
    names = predictions.rows.row_names or range(len(everything))
    position = {name: index for index, name in enumerate(names)}
    predicted = np.concatenate(list(predictions.arrays()))
    assert len(predicted) == len(session.train) + len(session.validation)
    for rows, dataset in ((parts.train, session.train), (parts.validation, session.validation)):
        which = [position[name] for name in (rows.row_names or rows.origin.tolist())]
        assert everything[which].tobytes() == dataset.inputs[:].tobytes()
        one_by_one = [model.executor.predict(dataset.inputs[row : row + 1]) for row in range(len(dataset))]
        assert np.concatenate(one_by_one).tobytes() == predicted[which].tobytes()


@pytest.mark.parametrize("name", KINDS)
def test_evaluating_the_validation_rows_gives_the_loss_of_the_best_epoch(made, name, monkeypatch):
    folder, _ = made(name)
    monkeypatch.chdir(folder)
    best = min(MetricsLog("run/metrics.csv").rows(), key=lambda row: row["val_loss"])
    measured = evaluate("run").results
    assert measured["loss"] == best["val_loss"]
    assert all(value == best[f"val_{key}"] for key, value in measured.items() if key != "loss")


@pytest.mark.parametrize("name", KINDS)
def test_evaluating_the_file_uses_all_of_its_rows(made, name, monkeypatch):
    folder, kind = made(name)
    monkeypatch.chdir(folder)
    measured = evaluate("run", kind.source, kind.targets)
    validation = evaluate("run")
    parts = load_config("config.yaml").validation.splits
    model = load_predictor("run")
    train_loss = model.evaluate(model.dataset(parts.train))["loss"]
    share = len(parts.validation) / measured.rows
    assert measured.rows == len(parts.train) + validation.rows
    assert measured.results["loss"] == pytest.approx(
        validation.results["loss"] * share + train_loss * (1 - share), rel=1e-5
    )


@pytest.mark.parametrize("name", ["csv", "tsv", "parquet", "npz", "npy", "images", "listed images", "idx"])
def test_evaluating_the_validation_source_gives_the_best_val_loss(made, name, monkeypatch):
    folder, kind = made(name)
    monkeypatch.chdir(folder)
    values = config(kind)
    values["data"]["validation"] = kind.train
    Path("same.yaml").write_text(json.dumps(values))
    train("same.yaml", run_dir="same")
    best = min(row["val_loss"] for row in MetricsLog("same/metrics.csv").rows())
    assert evaluate("same", kind.source, kind.targets).results["loss"] == best


@pytest.mark.parametrize("name", ["npy", "npz", "idx"])
def test_large_files_give_the_same_predictions(made, name, monkeypatch):
    folder, kind = made(name)
    monkeypatch.chdir(folder)
    expected = np.concatenate(list(predict("run", kind.source, batch_size=4).arrays()))
    for module in ("arrays", "idx"):
        monkeypatch.setattr(f"nncli.data.sources.{module}.MIN_PREVIEW_BYTES", 0)
    assert np.concatenate(list(predict("run", kind.source, batch_size=4).arrays())).tobytes() == expected.tobytes()
    train("config.yaml", run_dir="large")
    assert (
        MetricsLog("large/metrics.csv").rows()[-1]["val_loss"] == MetricsLog("run/metrics.csv").rows()[-1]["val_loss"]
    )


def test_tables_read_by_arrow_give_the_same_predictions(made, monkeypatch):
    pytest.importorskip("pyarrow", reason="Arrow is not installed")
    folder, kind = made("csv")
    monkeypatch.chdir(folder)
    expected = list(predict("run", kind.source).table())
    monkeypatch.setattr("nncli.data.tables.read_table.MIN_ARROW_BYTES", 0)
    assert list(predict("run", kind.source).table()) == expected


def test_the_same_table_in_every_format_gives_the_same_predictions(made, monkeypatch, tmp_path):
    folder, _ = made("csv")
    for name in ("csv", "csv.gz", "tsv", "parquet"):
        KINDS[name].write(tmp_path)
    monkeypatch.chdir(tmp_path)
    first, *others = [list(predict(folder / "run", KINDS[name].source).table()) for name in ("csv", "csv.gz", "tsv")]
    assert others == [first, first]
    assert list(predict(folder / "run", "a.parquet").table()) == first


def changed_table(change):
    """Apply a function to every row (a mapping of column names to cells), and return the table as CSV text."""
    rows = [dict(zip(HEADER, row, strict=True)) for row in cells()]
    changed = [change(row) for row in rows]
    found = io.StringIO()
    writer = csv.DictWriter(found, list(changed[0]))
    writer.writeheader()
    writer.writerows(changed)
    return found.getvalue()


def test_predictions_do_not_depend_on_the_order_or_number_of_columns(made, monkeypatch, tmp_path):
    folder, _ = made("csv")
    expected = list(predict(folder / "run", folder / "a.csv").table())
    monkeypatch.chdir(tmp_path)
    Path("b.csv").write_text(changed_table(lambda row: {"id": "x", **{key: row[key] for key in reversed(HEADER[:5])}}))
    found = predict(folder / "run", "b.csv")
    assert found.header == ["down", "up"]
    assert list(found.table()) == expected


def test_predictions_of_several_targets_have_their_names_and_units(made):
    folder, _ = made("several targets")
    found = predict(folder / "run", folder / "a.csv")
    rows = list(found.table())
    assert found.header == ["price", "size"]
    assert 90 < np.mean(rows, axis=0)[0] < 170
    assert 0 < np.mean(rows, axis=0)[1] < 5


@pytest.mark.parametrize("name", ["csv", "npz", "images", "dataset"])
def test_predicted_classes_have_the_largest_probability(made, name):
    folder, kind = made(name)
    source = kind.source if name == "dataset" else folder / kind.source
    values, names = predict(folder / "run", source), predict(folder / "run", source, classes=True)
    header = [column for column in values.header if column != "file"]
    expected = [header[int(np.argmax(row[-2:]))] for row in values.table()]
    assert [row[-1] for row in names.table()] == expected
    assert names.header[-1] == "class"


@pytest.mark.parametrize("name", ["later.csv", "{path: later.csv}"])
def test_text_columns_stay_text_if_a_later_file_has_only_numbers(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    codes = ["a", "01", "1", "b"] * 6
    Path("a.csv").write_text(
        "code,y\n" + "".join(f"{code},{len(code) + index % 4}\n" for index, code in enumerate(codes))
    )
    values = tiny.regression(metrics=[])
    values["data"]["train"] = {"path": "a.csv", "targets": "y"}
    Path("config.yaml").write_text(json.dumps(values))
    train("config.yaml", run_dir="run")
    rows = list(predict("run", "a.csv", batch_size=1).table())
    Path("later.csv").write_text("code\n1\n01\n")
    found = predict("run", name, batch_size=1)
    assert list(found.table()) == [rows[2], rows[1]]
    assert rows[1] != rows[2]
    assert found.notes == []
