"""The configs reach the results that their comments promise, measured as docs/benchmarks.md describes."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.lifecycle.run_events import RunEnded
from nncli.training.events import Record
from nncli.workflows.train import train

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
DATA = ROOT.parent / "shared" / "data"
SEEDS = range(5)  # all are used with --full, otherwise only the first


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def seeds(pytestconfig: pytest.Config) -> range:
    return SEEDS if pytestconfig.getoption("--full") else SEEDS[:1]


def needed(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the data file {name} is not on this machine")
    return path


def run(config: str, seed: int, *settings: str) -> RunEnded:
    return train(str(CONFIGS / config), [f"seed={seed}", *settings])


def test_digits_reaches_an_accuracy_of_97_percent(seeds: range) -> None:
    ended = [run("digits.yaml", seed) for seed in seeds]
    assert mean(one.test["accuracy"] for one in ended) >= 0.97
    assert json.loads((Path(str(ended[0].path)) / "test.json").read_text())["accuracy"] == ended[0].test["accuracy"]


def test_mnist_2_5_reaches_an_accuracy_of_99_percent(seeds: range) -> None:
    best: list[Record] = [run("mnist_2_5.yaml", seed).best for seed in seeds]
    assert best[0]["val_accuracy"] >= 0.99
    assert mean(record["val_accuracy"] for record in best) >= 0.99


def test_diabetes_beats_linear_regression(seeds: range) -> None:
    ours, linear = [], []
    for seed in seeds:
        ours.append(run("diabetes.yaml", seed).best["val_rmse"])
        linear.append(linear_rmse(seed))
    assert ours[0] < linear[0]
    assert mean(ours) < mean(linear)


def linear_rmse(seed: int) -> float:
    """Return the RMSE of ordinary least squares on the same rows; scaling does not change this fit."""
    session = load_config(str(CONFIGS / "diabetes.yaml"), [f"seed={seed}", "dtype=float64"]).session()
    assert session.validation is not None
    x, y = with_ones(session.train.inputs), session.train.targets
    solution = np.linalg.lstsq(x, y, rcond=None)[0]
    undo = session.preprocessing.original_targets
    predicted = undo(with_ones(session.validation.inputs) @ solution)
    return float(np.sqrt(np.mean((predicted - undo(session.validation.targets)) ** 2)))


def with_ones(x: np.ndarray) -> np.ndarray:
    return np.concatenate((x, np.ones((len(x), 1))), axis=1)


def test_california_housing_has_an_rmse_below_54_000(seeds: range) -> None:
    """The config was tuned on validation rows; test rows are evaluated once, with the best weights."""
    paths = [
        f"data.train.path={needed('california_housing_train.csv.gz')}",
        f"data.test.path={needed('california_housing_test.csv.gz')}",
    ]
    ended = [run("california_housing.yaml", seed, *paths) for seed in seeds]
    assert mean(one.test["rmse"] for one in ended) <= 54_000
    assert max(one.last["epoch"] for one in ended) <= 150


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("images")
    with tarfile.open(needed("digits_2_5_jpeg.tar.gz")) as archive:
        archive.extractall(folder, filter="data")
    return folder / "datasets" / "MNIST"


@pytest.mark.long
def test_images_2_5_reaches_an_accuracy_of_99_3_percent(images: Path, seeds: range) -> None:
    ended = [run("images_2_5.yaml", seed, f"data.train.path={images}") for seed in seeds]
    assert mean(one.test["accuracy"] for one in ended) >= 0.993
