"""Test predicting images: accepted inputs, and advice for images of another size or mode."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import DataError, ShapeError
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")


def draw(path, value=0, size=(4, 6), mode="L"):
    """Write an image of noise around a value; size is (height, width)."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(value)
    shape = size if mode == "L" else (*size, 3)
    Image.fromarray(random.integers(value, value + 30, shape).astype(np.uint8)).save(path)
    return path


def train_on(run_dir="run", **source):
    """Train on a source of images."""
    values = tiny.classifier()
    values["data"] = {"train": source, "validation": {"fraction": 0.25, "stratify": True}, "scale_inputs": "standard"}
    values["training"]["epochs"] = 2
    Path("config.yaml").write_text(json.dumps(values))
    return train("config.yaml", run_dir=run_dir)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Train on grey 4x6 images in the working directory, and return the run directory."""
    monkeypatch.chdir(tmp_path)
    for label, value in (("dark", 10), ("light", 200)):
        for number in range(6):
            draw(f"images/{label}/{number}.png", value + number)
    train_on(path="images")
    return "run"


def refused(run, given, kind=ShapeError):
    with pytest.raises(kind) as caught:
        list(predict(run, given).table())
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_advice_for_images_of_another_size_works(run):
    draw("new/a.png", 20, (8, 12))
    message = refused(run, "new")
    assert message.startswith(
        "new: the model takes rows of the shape (4, 6, 1); got (8, 12, 1) (height, width, channels)"
    )
    assert message.endswith("convert them: '{path: new, resize: [4, 6]}'")
    assert [row[0] for row in predict(run, "{path: new, resize: [4, 6]}").table()] == ["a.png"]


def test_the_advice_for_colour_images_works(run):
    draw("new/a.png", 20, mode="RGB")
    message = refused(run, "new")
    assert "(4, 6, 1); got (4, 6, 3)" in message
    assert message.endswith("convert them: '{path: new, mode: grey}'")
    assert len(list(predict(run, "{path: new, mode: grey}").table())) == 1


def test_the_advice_combines_another_size_and_colour(run):
    draw("new/a.png", 20, (5, 5), "RGB")
    assert refused(run, "new").endswith("'{path: new, resize: [4, 6], mode: grey}'")


def test_predict_refuses_images_of_mixed_sizes_or_modes(run):
    draw("new/a.png", 20)
    draw("new/b.png", 20, (5, 5))
    assert refused(run, "new", DataError) == (
        "new/b.png: 5x5 pixels, but new/a.png has 4x6; resize all images with resize: [4, 6]"
    )
    draw("new/b.png", 20, mode="RGB")
    assert refused(run, "new", DataError) == (
        "new/b.png: in colour, but the previous images are grey; convert all with mode: grey or mode: rgb"
    )


def test_predict_accepts_one_image_a_flat_folder_and_subfolders_of_any_name(run):
    files = [draw(f"new/{name}.png", 150) for name in ("c_10", "c_9")]
    one = list(predict(run, str(files[0])).table())
    assert [row[0] for row in one] == ["c_10.png"]
    flat = list(predict(run, "new").table())
    assert [row[0] for row in flat] == ["c_9.png", "c_10.png"]
    assert flat[1][1:] == pytest.approx(one[0][1:], rel=1e-5)  # the last bits may differ with the batch size
    draw("deep/today/a.png", 150)
    assert [row[0] for row in predict(run, "deep").table()] == ["today/a.png"]


@pytest.mark.usefixtures("run")
def test_predict_reads_all_folders_even_with_a_list_of_classes():
    train_on("chosen", path="images", classes=["light", "dark"])
    draw("deep/today/a.png", 150)
    draw("deep/dark/b.png", 30)
    found = predict("chosen", "deep")
    assert found.header == ["file", "light", "dark"]
    assert [row[0] for row in found.table()] == ["dark/b.png", "today/a.png"]
    assert evaluate("chosen", "deep").notes == ("1 row left out, because the label is not in classes",)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("mode", ["grey", "rgb"])
def test_predict_resizes_and_converts_as_in_training(mode):
    train_on("resized", path="images", resize=[3, 5], mode=mode)
    draw("new/a.png", 20, (8, 12), "RGB")
    draw("new/b.png", 20, (4, 6))
    found = predict("resized", "new")
    assert found.rows.inputs.shape == (2, 3, 5, 1 if mode == "grey" else 3)
    with Image.open("new/a.png") as image:
        by_hand = image.convert({"grey": "L", "rgb": "RGB"}[mode]).resize((5, 3), Image.Resampling.BILINEAR)
    assert found.rows.inputs[0].squeeze().tolist() == np.asarray(by_hand).tolist()
    assert len(list(found.table())) == 2


@pytest.mark.usefixtures("run")
def test_broken_images_are_skipped_if_training_skipped_them():
    Path("images/dark/7.png").write_bytes(b"no image")
    train_on("skipping", path="images", broken="skip")
    draw("new/a.png", 20)
    draw("new/c.png", 20)
    Path("new/b.png").write_bytes(Path("new/a.png").read_bytes()[:40])
    found = predict("skipping", "new")
    rows = list(found.table())
    assert [row[0] for row in rows] == ["a.png", "c.png"]
    assert found.notes == ["1 broken image is skipped: new/b.png"]
    ((name, *alone),) = predict("skipping", "new/c.png").table()
    assert (name, alone) == ("c.png", pytest.approx(rows[1][1:], rel=1e-5))
    measured = evaluate("skipping", "images")
    assert measured.rows == 12
    assert measured.notes == ("1 broken image is skipped: images/dark/7.png",)
    (Path("all") / "x").mkdir(parents=True)
    Path("all/x/a.png").write_bytes(b"")
    assert refused("skipping", "all", DataError) == "all: no readable image; all 1 are broken"


def test_broken_images_are_an_error_by_default(run):
    draw("new/a.png", 20)
    Path("new/b.png").write_bytes(Path("new/a.png").read_bytes()[:40])
    assert refused(run, "new", DataError).startswith("new/b.png: not a valid image (")
    assert refused(run, "new", DataError).endswith("; replace the file, or write 'broken: skip' to leave it out")


def listed(name, *rows):
    Path(name).write_text("\n".join(["file,label", *rows]) + "\n")


@pytest.mark.usefixtures("run")
def test_images_listed_in_a_table_are_predicted():
    rows = [f"images/{label}/{number}.png,{label}" for label in ("dark", "light") for number in range(6)]
    listed("list.csv", *rows)
    train_on("listed", path="list.csv", images="file", targets="label")
    Path("later").mkdir()
    draw("later/x.png", 20)
    Path("later/list.csv").write_text("file\nx.png\n../images/light/0.png\n")
    found = list(predict("listed", "later/list.csv").table())
    assert [row[0] for row in found] == ["x.png", "../images/light/0.png"]
    assert [row[0] for row in predict("listed", "later").table()] == ["x.png"], "a folder needs no table"
    assert found[1][1:] == next(predict("listed", "images/light/0.png").table())[1:]
    Path("later/list.csv").write_text("file\nx.png\ngone.png\n")
    assert refused("listed", "later/list.csv", DataError) == "later/list.csv:3: no such image: later/gone.png"
    Path("later/list.csv").write_text("file,v\nx.png,1\n,2\n")
    assert refused("listed", "later/list.csv", DataError) == (
        "later/list.csv:3: column 'file' is blank; expected an image's file name"
    )
    Path("later/list.csv").write_text("fil\nx.png\n")
    assert refused("listed", "later/list.csv", DataError) == (
        "later/list.csv: no column 'file'; did you mean 'fil'? Known: fil"
    )
