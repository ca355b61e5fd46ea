"""Test that every config in configs/ trains for an epoch, and that its resolved config repeats the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nncli.config.draft import build_document
from nncli.config.reader import read_file
from nncli.workflows.train import train

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return {config name: settings}; the settings name small generated files instead of data that is not shipped."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    header = "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income"
    rows = "\n".join(",".join(f"{value:.3f}" for value in row) for row in random.uniform(1, 100, (60, 9)))
    table = tmp_path / "houses.csv"
    table.write_text(f"{header},median_house_value\n{rows}\n")
    return {
        "california_housing.yaml": [f"data.train.path={table}", f"data.test.path={table}"],
        "images_2_5.yaml": [f"data.train.path={image_folder(tmp_path / 'images', random)}"],
    }


def image_folder(folder: Path, random: np.random.Generator) -> Path:
    image = pytest.importorskip("PIL.Image", reason="images need Pillow")
    for label in ("2", "5"):
        (folder / label).mkdir(parents=True)
        for index in range(20):
            pixels = random.integers(0, 255, (28, 28), dtype=np.uint8)
            image.fromarray(pixels).save(folder / label / f"img_{index}.png")
    return folder


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_config_trains_for_one_epoch(config: Path, settings: dict[str, list[str]]) -> None:
    ended = train(str(config), ["training.epochs=1", *settings.get(config.name, [])])
    run = Path(str(ended.path))
    assert (run / "checkpoints" / "best.npz").exists()
    assert (run / "config.yaml").read_bytes() == config.read_bytes()
    resolved = build_document(read_file(str(run / "resolved.yaml")))
    assert not resolved.problems
    again = train(str(run / "resolved.yaml"))
    assert (Path(str(again.path)) / "resolved.yaml").read_text() == (run / "resolved.yaml").read_text()
    assert {**again.last, "seconds": 0} == {**ended.last, "seconds": 0}


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_config_begins_with_a_comment(config: Path) -> None:
    assert config.read_text().startswith("# ")
