"""A preview of a large source contains the targets of all rows and the inputs of some rows."""

from __future__ import annotations

import importlib
from typing import cast

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import ConfigError
from nncli.data.source import Source
from nncli.data.sources.arrays import Arrays
from nncli.data.sources.table import TableSource
from nncli.workflows.check import check
from nncli.workflows.train import train
from tests.contracts.files import csv_file, npy, npz
from tests.contracts.table import SOURCE_ROWS, name_of
from tests.contracts.test_sources import matrix
from tests.contracts.values import made
from tests.workflows import tiny

# sources without a preview: always small, not in a file, or no slower to read completely than in part
READ_WHOLE = ("dataset", "memory", "table")
CASES = [
    case for name, cases in SOURCE_ROWS.items() for case in cases if case.write is not None and name not in READ_WHOLE
]
LIMITS = {"arrays": "MIN_PREVIEW_BYTES", "idx": "MIN_PREVIEW_BYTES", "images": "MIN_PREVIEW_IMAGES"}


@pytest.fixture
def all_large(monkeypatch):
    """Treat every file as large."""
    for name, limit in LIMITS.items():
        monkeypatch.setattr(importlib.import_module(f"nncli.data.sources.{name}"), limit, 0)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("count", [2, 100])
def test_a_preview_agrees_with_reading(case, tmp_path, count):
    case.write(tmp_path)
    source = cast("Source", made(case))
    whole, preview = source.read(), source.preview(count)
    assert preview is not None
    assert preview.rows.targets.tolist() == whole.targets.tolist()
    assert len(preview.rows) == len(whole)
    some = preview.sample
    assert 1 <= len(some) <= min(len(whole), 2 * count)
    assert len(some) == len(whole) or count < len(whole)
    np.testing.assert_array_equal(matrix(some.inputs), matrix(whole.inputs)[some.origin])
    assert some.targets.tolist() == whole.take(some.origin).targets.tolist()
    last = len(some) - 1
    assert some.place(last) == whole.place(int(some.origin[last]))
    assert preview.rows.place(5) == whole.place(5)
    assert preview.rows.files in (whole.files, ())


def test_small_files_are_read_whole(tmp_path):
    for write in (npz, npy):
        write(tmp_path)
    assert Arrays(path="a.npz").preview(2) is None
    assert Arrays(inputs="x.npy", targets="y.npy").preview(2) is None


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("make", [tiny.convolutional])
def test_check_and_train_see_the_same_rows(tmp_path, make):
    config = tiny.write(tmp_path, make())
    found = check(config)
    assert found.rows_read is not None
    ended = train(config, run_dir=str(tmp_path / "run"))
    assert sum(found.rows.values()) == 40
    assert (tmp_path / "run" / "resolved.yaml").read_text() == found.resolved
    assert ended.best


@pytest.mark.usefixtures("all_large")
def test_the_labels_of_all_rows_are_checked(tmp_path):
    x, y = np.zeros((3000, 2)) + np.arange(3000)[:, None], np.arange(3000) % 2
    y[2777] = 7  # this row is in no sample
    np.savez(tmp_path / "a.npz", x=x, y=y)
    (tmp_path / "a.yaml").write_text(
        "data: {train: {path: a.npz}}\nmodel: [{type: dense, units: 2}, softmax]\nloss: cross_entropy\noptimizer: sgd\n"
    )
    with pytest.raises(ConfigError, match="3 classes, 2 units"):
        check("a.yaml")


@pytest.mark.usefixtures("all_large")
def test_a_nan_outside_the_sample_is_reported_before_the_first_step(tmp_path):
    x, y = np.zeros((5000, 2)), np.arange(5000) % 2
    x[4777, 1] = np.nan
    np.savez("a.npz", x=x, y=y)
    (tmp_path / "a.yaml").write_text(
        "data: {train: {path: a.npz}}\nmodel: [{type: dense, units: 2}, softmax]\nloss: cross_entropy\noptimizer: sgd\n"
    )
    assert check("a.yaml").rows == {"training": 5000}
    with pytest.raises(ConfigError, match=r"a.npz:x: row 4777, column 1 .*: expected a finite number; got nan"):
        train("a.yaml", run_dir="run")
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("all_large")
def test_a_missing_target_column_is_reported(tmp_path):
    csv_file(tmp_path)
    (tmp_path / "a.yaml").write_text(
        "data: {train: {path: a.csv, targets: lable}}\nmodel: [{type: dense, units: 2}, softmax]\n"
        "loss: cross_entropy\noptimizer: sgd\n"
    )
    with pytest.raises(ConfigError, match=r"data.train.targets: .*no column 'lable'; did you mean 'label'"):
        check("a.yaml")


@pytest.mark.usefixtures("all_large")
def test_every_sampled_row_keeps_its_own_target(tmp_path):
    np.save("x.npy", np.arange(300.0).reshape(100, 3))
    np.save("y.npy", np.arange(100.0))
    preview = Arrays(inputs="x.npy", targets="y.npy").preview(7)
    assert preview is not None
    np.testing.assert_array_equal(preview.sample.targets, preview.sample.inputs[:, 0] / 3)
    assert 5 <= len(preview.sample) <= 7
    assert preview.sample.origin[-1] > 80  # the sample covers the whole file


@pytest.mark.usefixtures("all_large")
def test_each_sample_has_only_rows_of_its_own_split(tmp_path):
    values = tiny.convolutional()
    values["data"] |= {"validation": {"fraction": 0.2}, "test": {"fraction": 0.2}}
    found = load_config(tiny.write(tmp_path, values)).validation.splits
    assert set(found.samples) == {"train", "validation", "test"}
    for name, sample in found.samples.items():
        assert len(sample)
        assert set(sample.origin) <= set(found.named[name].origin)


@pytest.mark.usefixtures("all_large")
def test_the_labels_of_all_held_out_rows_are_checked(tmp_path):
    x, y = np.zeros((3000, 2)) + np.arange(3000)[:, None], np.arange(3000) % 2
    np.savez("a.npz", x=x, y=y)
    y[2777] = 7  # this row is in no sample
    np.savez("b.npz", x=x, y=y)
    (tmp_path / "a.yaml").write_text(
        "data: {train: {path: a.npz}, validation: {path: b.npz}}\nmodel: [{type: dense, units: 2}, softmax]\n"
        "loss: cross_entropy\noptimizer: sgd\n"
    )
    with pytest.raises(ConfigError, match=r"row 2777 .*: the label '7' is not one of the classes 0, 1"):
        check("a.yaml")


def large(folder, rows=3000, **arrays):
    """Write a .npz file, and return a template of a config that reads it."""
    np.savez(folder / "a.npz", x=np.arange(2.0 * rows).reshape(rows, 2), **arrays)
    return "data: {{train: {{path: a.npz{train}}}{more}}}\nmodel: [{model}]\nloss: {loss}\noptimizer: sgd\n"


@pytest.mark.usefixtures("all_large")
def test_a_split_without_sampled_rows_is_read_whole(tmp_path):
    y = np.arange(3000) // 300
    text = large(tmp_path, y=y)
    model = "{type: dense, units: 2}, softmax"
    (tmp_path / "a.yaml").write_text(
        text.format(train=", classes: [8, 9]", more=", scale_inputs: standard", model=model, loss="cross_entropy")
    )
    assert check("a.yaml").rows == {"training": 600}
    more = ", validation: {fraction: 0.0004}"
    model = "{type: dense, units: 10}, softmax"
    (tmp_path / "a.yaml").write_text(text.format(train="", more=more, model=model, loss="cross_entropy"))
    assert check("a.yaml").rows == {"training": 2999, "validation": 1}


@pytest.mark.usefixtures("all_large")
def test_a_problem_that_only_the_sample_has_is_not_an_error(tmp_path):
    text = large(tmp_path, y=np.arange(3000.0))
    model = "{type: dense, units: 1}, sigmoid"
    (tmp_path / "a.yaml").write_text(text.format(train="", more=", scale_targets: minmax", model=model, loss="mse"))
    assert check("a.yaml").rows_read is None  # minmax fitted to the sample would give targets outside [0, 1]
    lines = "\n".join(f"{row},{row if row % 2 else ''},{row % 3}" for row in range(6000))
    (tmp_path / "long.csv").write_text(f"a,half,y\n{lines}\n")  # `half` is blank in every sampled row
    (tmp_path / "b.yaml").write_text(
        "data: {train: {path: long.csv, targets: y}}\nmodel: [{type: dense, units: 3}, softmax]\n"
        "loss: cross_entropy\noptimizer: sgd\n"
    )
    assert check("b.yaml").plan.input_shape == (2,)


def test_a_source_that_was_read_whole_is_not_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", 0)
    values = tiny.classifier()
    np.savez("held.npz", x=np.random.default_rng(0).normal(size=(30, 2)), y=["left", "right"] * 15)
    values["data"]["train"]["inputs"] = ["a", "b"]
    values["data"]["validation"] = {"path": "held.npz", "inputs": "x", "targets": "y"}
    times = []
    read = TableSource.read_like
    monkeypatch.setattr(TableSource, "read_like", lambda self, *given: times.append(1) or read(self, *given))
    train(tiny.write(tmp_path, values), run_dir="run")
    assert len(times) == 1
