"""The built-in datasets match their descriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import as_file, files

import numpy as np
import pytest
from numpy.typing import NDArray

from nncli.data.datasets import temporal_order

Arrays = Mapping[str, NDArray[np.generic]]

FOLDER = files("nncli") / "data" / "datasets"
NAMES = ("diabetes", "digits", "mnist_2_5")
TEMPORAL_ORDER_DIGESTS = {  # code generates the same arrays on every machine
    "inputs": "3ea92b5afdeec43e75a0909427e9be0791cc034ec822fd2e8b7ee871bd82dbf8",
    "targets": "e33fb8b061a1351e92086fb5c69bb8e848d86562641961c1e99b194293986152",
}

# SHA-256 digests of the arrays, as printed by tests/tools/make_datasets.py
DIGESTS = {
    "digits": {
        "inputs": "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3",
        "targets": "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0",
    },
    "mnist_2_5": {
        "inputs": "0d7526ffd77261c1d3d102cb4ed4abea4fc61d96e421f3fcbfa379d0edd67767",
        "targets": "5503e49ef3eff48e3e33770b33d8521143afdb9d1eed27becd6686fa010fefe6",
    },
    "diabetes": {
        "inputs": "6b93b2556c8942c79d8374838768047adf9d1f4044510b9f948ddace62567d75",
        "targets": "4911e8747aff95aa1cd523fea86dd91cfd1cd14c1a8ead274f1913b14fa853c4",
        "feature_names": "14e4a447aa6ecb9f7d7c089780490670da2693ead16946c0d97ca1cfc3998e5f",
        "target_names": "5dc574b1dff3b5d8e81ec4d29a6f65a60590a570eceb73662c1ce502451dede1",
    },
}


def load(name: str) -> Arrays:
    with as_file(FOLDER / f"{name}.npz") as path, np.load(path, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def test_the_folder_contains_exactly_these_datasets() -> None:
    assert sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".npz")) == [
        f"{name}.npz" for name in NAMES
    ]


@pytest.mark.parametrize("name", NAMES)
def test_arrays_have_the_recorded_digests(name: str) -> None:
    digests = {key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in load(name).items()}
    assert digests == DIGESTS[name]


@pytest.mark.parametrize("name", [*NAMES, "temporal_order"])
def test_descriptions_have_source_and_licence(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert "## Source\n" in text
    assert "## Licence\n" in text


def test_files_are_small() -> None:
    assert sum(len((FOLDER / f"{name}.npz").read_bytes()) for name in NAMES) < 400_000


def test_digits_matches_its_description() -> None:
    arrays = load("digits")
    inputs, targets = arrays["inputs"], arrays["targets"]
    assert (inputs.shape, inputs.dtype) == ((1797, 8, 8, 1), np.uint8)
    assert (targets.shape, targets.dtype) == ((1797,), np.uint8)
    assert (inputs.min(), inputs.max()) == (0, 16)
    assert np.bincount(targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_mnist_2_5_matches_its_description() -> None:
    arrays = load("mnist_2_5")
    inputs, targets = arrays["inputs"], arrays["targets"]
    assert (inputs.shape, inputs.dtype) == ((1000, 28, 28, 1), np.uint8)
    assert (targets.shape, targets.dtype) == ((1000,), np.uint8)
    assert (inputs.min(), inputs.max()) == (0, 255)
    assert targets.tolist() == [2] * 500 + [5] * 500


def test_temporal_order_matches_its_description() -> None:
    arrays = temporal_order.arrays()
    inputs, targets = arrays["inputs"], arrays["targets"]
    assert (inputs.shape, inputs.dtype, arrays["symbols"]) == ((2000, 30), np.uint8, 6)
    assert {
        key: hashlib.sha256(arrays[key].tobytes()).hexdigest() for key in ("inputs", "targets")
    } == TEMPORAL_ORDER_DIGESTS
    order = ["".join("XY"[number - 4] for number in row if number > 3) for row in inputs.tolist()]
    assert targets.tolist() == order
    assert set(order) == {a + b + c for a in "XY" for b in "XY" for c in "XY"}
    assert np.unique(targets, return_counts=True)[1].min() > 200
    assert (inputs > 3).sum(axis=0).min() > 140  # X and Y occur at every step, in 200 rows on average
    assert np.bincount(inputs[inputs < 4]).min() > 13_000


def test_diabetes_matches_its_description() -> None:
    arrays = load("diabetes")
    inputs, targets = arrays["inputs"], arrays["targets"]
    assert (inputs.shape, inputs.dtype) == ((442, 10), np.float64)
    assert (targets.shape, targets.dtype) == ((442,), np.float64)
    assert inputs.min(axis=0).tolist() == [19, 1, 18, 62, 97, 41.6, 22, 2, 3.2581, 58]
    assert inputs.max(axis=0).tolist() == [79, 2, 42.2, 133, 301, 242.4, 99, 9.09, 6.107, 124]
    assert (targets.min(), targets.max()) == (25, 346)
    assert np.bincount(inputs[:, 1].astype(int)).tolist() == [0, 235, 207]
    assert inputs[0].tolist() == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]
    assert targets[:3].tolist() == [151, 75, 141]


def test_diabetes_has_the_documented_names() -> None:
    arrays = load("diabetes")
    assert arrays["feature_names"].tolist() == ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    assert arrays["target_names"].tolist() == ["progression"]
    assert {arrays[key].dtype.kind for key in ("feature_names", "target_names")} == {"U"}
