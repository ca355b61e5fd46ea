"""INPUT as a mapping is treated as training treated its source; pipes and headers that claim too much."""

from __future__ import annotations

import io
import os
import threading
import zipfile

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny.data(tmp_path)


def test_a_mapping_inherits_what_is_not_about_files(tmp_path):
    lines = [f"{i % 7 if i % 5 else 'NA'},{i % 3},{i % 4},{i}" for i in range(60)]
    (tmp_path / "holes.csv").write_text("\n".join(["u,v,w,y", *lines]) + "\n")
    values = tiny.regression()
    values["data"]["train"] = {"path": "holes.csv", "targets": "y", "weights": "w", "blanks": ["NA"]}
    train(tiny.write(tmp_path, values), run_dir="run")
    whole = evaluate("run", "holes.csv")
    assert evaluate("run", "{path: holes.csv}").results == whole.results
    assert evaluate("run", "{path: holes.csv, weights: null}").results != whole.results
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


def test_a_header_that_claims_more_than_there_is(tmp_path):
    np.savez("a.npz", y=np.arange(8.0))
    claimed = io.BytesIO()
    np.lib.format.write_array_header_1_0(claimed, {"descr": "<f8", "fortran_order": False, "shape": (10**13, 4)})
    with zipfile.ZipFile("a.npz", "a") as archive:
        archive.writestr("x.npy", claimed.getvalue() + bytes(64))
    values = tiny.regression()
    values["data"]["train"] = {"path": "a.npz"}
    with pytest.raises(ConfigError, match=r"the header of x says \(10000000000000, 4\), more than the file holds"):
        train(tiny.write(tmp_path, values), run_dir="run")


def test_a_stratified_share_leaves_a_row_of_every_class(tmp_path):
    rows = "".join(f"{i},{'rare' if i < 2 else 'common'}\n" for i in range(50))
    (tmp_path / "rare.csv").write_text(f"u,side\n{rows}")
    values = tiny.classifier()
    values["data"] = {
        "train": {"path": "rare.csv", "targets": "side"},
        "validation": {"fraction": 0.95, "stratify": True},
    }
    assert train(tiny.write(tmp_path, values), run_dir="run").best
    values["data"]["validation"]["fraction"] = 0.98
    with pytest.raises(ConfigError, match="leaves none of some class for training"):
        train(tiny.write(tmp_path, values), run_dir="other")
