"""Test INPUT as a mapping, as a pipe, and with invalid headers."""

from __future__ import annotations

import gzip
import io
import os
import threading
import zipfile

import numpy as np
import pytest

from nncli.core.errors import ConfigError, DataError, UserError
from nncli.lifecycle.run_events import RunStarted
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny.data(tmp_path)


def test_a_mapping_inherits_all_keys_of_the_training_source_except_files(tmp_path):
    lines = [f"{i % 7 if i % 5 else 'NA'},{i % 3},{i % 4},{i}" for i in range(60)]
    (tmp_path / "holes.csv").write_text("\n".join(["u,v,w,y", *lines]) + "\n")
    values = tiny.regression()
    values["data"]["train"] = {"path": "holes.csv", "targets": "y", "weights": "w", "blanks": ["NA"]}
    train(tiny.write(tmp_path, values), run_dir="run")
    expected = evaluate("run", "holes.csv")
    assert evaluate("run", "{path: holes.csv}").results == expected.results
    assert evaluate("run", "{path: holes.csv, weights: null}").results != expected.results
    by_path, by_mapping = (
        np.concatenate(list(predict("run", given).arrays())) for given in ("holes.csv", "{path: holes.csv}")
    )
    assert by_path.tobytes() == by_mapping.tobytes()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_is_read_once(tmp_path):
    os.mkfifo("pipe.csv")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe.csv").write_text(tiny.line()))
    writer.start()
    values = tiny.regression()
    values["data"]["train"]["path"] = "pipe.csv"
    ended = train(tiny.write(tmp_path, values), run_dir="run")
    writer.join()
    assert ended.best


def test_an_array_header_with_more_rows_than_the_file_is_rejected(tmp_path):
    np.savez("a.npz", y=np.arange(8.0))
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**13, 4)})
    with zipfile.ZipFile("a.npz", "a") as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(64))
    values = tiny.regression()
    values["data"]["train"] = {"path": "a.npz"}
    with pytest.raises(ConfigError, match=r"the header of x says \(10000000000000, 4\), more than the file holds"):
        train(tiny.write(tmp_path, values), run_dir="run")


def test_a_stratified_fraction_must_leave_a_training_row_of_every_class(tmp_path):
    rows = "".join(f"{i},{'rare' if i < 2 else 'common'}\n" for i in range(50))
    (tmp_path / "rare.csv").write_text(f"u,side\n{rows}")
    values = tiny.classifier()
    values["data"] = {
        "train": {"path": "rare.csv", "targets": "side"},
        "validation": {"fraction": 0.95, "stratify": True},
    }
    assert train(tiny.write(tmp_path, values), run_dir="run").best
    values["data"]["validation"]["fraction"] = 0.98
    with pytest.raises(ConfigError, match="some class gets no training row"):
        train(tiny.write(tmp_path, values), run_dir="other")


def test_the_command_advised_for_missing_weights_works(tmp_path):
    values = tiny.regression()
    (tmp_path / "weighted.csv").write_text(
        "".join(f"{row},{'w' if index == 0 else 1 + index % 2}\n" for index, row in enumerate(tiny.line().splitlines()))
    )
    values["data"]["train"] |= {"path": "weighted.csv", "weights": "w"}
    train(tiny.write(tmp_path, values), run_dir="run")
    with pytest.raises(
        DataError,
        match=r"no column 'w'.*In training, it contained the weights of the rows.*\{path: line.csv, weights: null\}",
    ):
        evaluate("run", "line.csv")
    assert evaluate("run", "{path: line.csv, weights: null}").rows == 50


def test_the_command_advised_for_a_missing_weights_array_works(tmp_path):
    values = tiny.regression()
    arrays = {"x": np.eye(20), "y": np.arange(20.0)}
    np.savez("weighted.npz", **arrays, w=np.ones(20))
    np.savez("bare.npz", **arrays)
    np.savez("empty.npz", y=arrays["y"], w=np.ones(20))
    values["data"]["train"] = {"path": "weighted.npz", "weights": "w"}
    train(tiny.write(tmp_path, values), run_dir="run")
    with pytest.raises(
        DataError,
        match=r"no array 'w'.*In training, it contained the weights of the rows.*\{path: bare.npz, weights: null\}",
    ):
        evaluate("run", "bare.npz")
    with pytest.raises(DataError, match="no array 'x'") as caught:
        evaluate("run", "empty.npz")
    assert "weights" not in str(caught.value)


def test_the_files_of_a_run_are_not_overwritten(tmp_path):
    train(tiny.write(tmp_path, tiny.regression()), run_dir="run")
    before = (tmp_path / "run" / "status.json").read_bytes()
    with pytest.raises(UserError, match="not overwritten"):
        predict("run", "line.csv").write("run/status.json")
    assert (tmp_path / "run" / "status.json").read_bytes() == before
    predict("run", "line.csv").write("run/predictions.json")


def test_a_large_fortran_ordered_array_is_read_with_a_note(tmp_path, monkeypatch):
    monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", 0)
    x = np.random.default_rng(0).normal(size=(60, 3))
    np.save("rows.npy", x)
    np.save("columns.npy", np.asfortranarray(x))
    np.save("y.npy", x.sum(axis=1))
    events = []
    for name in ("rows", "columns"):
        values = tiny.regression()
        values["data"] |= {"train": {"inputs": f"{name}.npy", "targets": "y.npy"}}
        train(tiny.write(tmp_path, values), run_dir=name, listener=events.append)
    notes = [event.notes for event in events if isinstance(event, RunStarted)]
    assert notes[0] == ()
    assert "columns.npy is stored column by column (Fortran order), so it is read into memory" in notes[1][0]
    lines = [(tmp_path / name / "metrics.csv").read_text().splitlines() for name in ("rows", "columns")]
    assert [line.rsplit(",", 1)[0] for line in lines[0]] == [line.rsplit(",", 1)[0] for line in lines[1]]


def test_compressed_text_is_read_from_standard_input(tmp_path, monkeypatch):
    train(tiny.write(tmp_path, tiny.regression()), run_dir="run")
    expected = evaluate("run", "line.csv").results
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress((tmp_path / "line.csv").read_bytes()))))
    assert evaluate("run", "-").results == expected
