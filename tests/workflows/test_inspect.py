"""Test the description of a checkpoint."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import CheckpointError
from nncli.runs import checkpoint
from nncli.workflows.inspect import inspect


def best(run):
    """Return the path of the run's best checkpoint."""
    return Path(run, "checkpoints", "best.npz")


def test_the_description_is_complete(trained):
    found = inspect(trained["bars"])
    assert found["path"] == str(best(trained["bars"]))
    assert found["bytes"] == best(trained["bars"]).stat().st_size
    assert found["parameters"] == 3 * 9 + 3 + 27 * 2 + 2
    assert [(layer["type"], layer["output_shape"], layer["parameters"]) for layer in found["layers"]] == [
        ("conv2d", [6, 6, 3], 30),
        ("relu", [6, 6, 3], 0),
        ("max_pool2d", [3, 3, 3], 0),
        ("dropout", [3, 3, 3], 0),
        ("dense", [2], 56),
        ("softmax", [2], 0),
    ]
    assert found["class_names"] == ["flat", "upright"]
    assert found["rows"] == {"training": 30, "validation": 10}
    assert found["preprocessing"]["input_scaling"] == {"shift": [0.0], "scale": [255.0]}
    assert found["best"]["epoch"] <= found["last"]["epoch"]
    assert json.loads(json.dumps(found)) == found


def test_inspect_gives_the_feature_and_class_names_of_a_table(trained):
    assert inspect(trained["classifier"])["feature_names"] == ["a", "b"]
    assert inspect(trained["regression"])["target_names"] == ["price"]
    assert inspect(trained["regression"])["class_names"] is None


def test_only_verify_reads_the_arrays(trained, tmp_path):
    path = tmp_path / "model.npz"
    shutil.copy(best(trained["classifier"]), path)
    assert inspect(str(path), verify=True)["verified"] is True
    content = bytearray(path.read_bytes())
    weight = checkpoint.load(str(path))[1]["0.dense.weight"]
    content[content.find(weight.tobytes()) + 2] ^= 64
    path.write_bytes(content)
    assert inspect(str(path))["verified"] is False
    with pytest.raises(CheckpointError, match=r"0\.dense\.weight.* is damaged"):
        inspect(str(path), verify=True)


def test_the_time_of_inspect_does_not_depend_on_the_size_of_the_checkpoint(trained, tmp_path):
    meta, arrays = checkpoint.load(str(best(trained["classifier"])))
    meta = {name: item for name, item in meta.items() if name not in ("arrays", "format", "format_version")}
    checkpoint.save(str(tmp_path / "large.npz"), arrays, {"large": np.zeros(8_000_000)}, meta)
    assert os.path.getsize(tmp_path / "large.npz") > 60_000_000
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        inspect(str(tmp_path / "large.npz"))
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.02
