"""Test that changed preprocessing in a checkpoint is rejected or has no effect, and causes no unexpected error."""

from __future__ import annotations

import copy
import json
import zipfile
from typing import Any

import pytest

from nncli.core.errors import CheckpointError, UserError
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny

VALUES = [None, "x", -1, 0, 1.5, [], {}, ["x"], [0.5], True]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return (folder of two runs, {kind of scaling: (meta.json, {name: other member}) of the best checkpoint})."""
    folder = tmp_path_factory.mktemp("runs")
    found = {}
    for name, make, scaling in (
        ("affine", tiny.regression, "standard"),
        ("per_column", tiny.classifier, {"type": "per_column", "columns": {"a": "minmax", "b": "quantile"}}),
    ):
        values = make()
        values["data"]["scale_inputs"] = scaling
        if name == "per_column":
            values["training"]["class_weight"] = "balanced"
        run = folder / name
        train(tiny.write(folder, values), run_dir=run)
        with zipfile.ZipFile(run / "checkpoints" / "best.npz") as archive:
            members = {item: archive.read(item) for item in archive.namelist()}
        meta = json.loads(members.pop("meta.json"))
        del meta["sha256"]  # so that the checksum does not reveal the change
        found[name] = meta, members
    return folder, found


def leaves(value: Any, path: tuple = ()) -> list[tuple]:
    """Return the paths of the value itself (an empty path) and of all entries in it, at any depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(leaf for key, item in items for leaf in leaves(item, (*path, key)))]


def changed(meta, path, value):
    meta = copy.deepcopy(meta)
    place = meta["preprocessing"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return meta


@pytest.mark.parametrize("kind", ["affine", "per_column"])
def test_every_changed_value_is_rejected_or_has_no_effect(runs, kind, pytestconfig):
    folder, found = runs
    meta, members = found[kind]
    file = folder / "changed.npz"
    source = "line.csv" if kind == "affine" else "sides.csv"
    rejected = 0
    for number, path in enumerate(leaves(meta["preprocessing"])[1:]):
        if "quantiles" in path and path[-1] not in ("quantiles", 0):
            continue
        for value in VALUES if pytestconfig.getoption("--full") else VALUES[number % 4 :: 4]:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("meta.json", json.dumps(changed(meta, path, value)))
                for name, content in members.items():
                    archive.writestr(name, content)
            try:
                list(predict(file, folder / source).arrays())
                evaluate(file, folder / source)
            except UserError:  # any other error fails the test
                rejected += 1
            inspect(file)
    assert rejected > 10


def test_a_scaling_with_another_number_of_columns_is_rejected(runs):
    folder, found = runs
    meta, members = found["affine"]
    width = meta["preprocessing"]["input_shape"][-1]
    wrong = changed(meta, ("input_scaling",), {"shift": [0.0] * (width + 1), "scale": [1.0] * (width + 1)})
    with zipfile.ZipFile(folder / "wide.npz", "w") as archive:
        archive.writestr("meta.json", json.dumps(wrong))
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(CheckpointError, match="input_scaling of the preprocessing do not fit the model"):
        predict(folder / "wide.npz", folder / "line.csv")
