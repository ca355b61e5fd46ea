"""Images in folders are read as rows, with the folder names as labels."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from nncli.core.errors import DataError, MissingExtraError
from nncli.data.target_encoding import class_labels
from tests.data.make_sources import rows


def image(path, value=0, size=(4, 6), mode="L"):
    """Write an image of one colour; size is (height, width)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size[::-1], value).save(path)
    return path


def test_sub_folders_are_classes_and_labels_stay_with_images(tmp_path):
    for label, value in (("cat", 10), ("ant", 20), ("dog", 30)):
        for number in range(3):
            image(tmp_path / label / f"{number}.png", value + number)
    found = rows(path=tmp_path)
    assert found.inputs.shape == (9, 4, 6, 1)
    assert found.inputs.dtype == np.uint8
    pairs = sorted(zip(found.targets.tolist(), found.inputs[:, 0, 0, 0].tolist(), strict=True))
    first = {"ant": 20, "cat": 10, "dog": 30}
    assert pairs == [(label, first[label] + number) for label in sorted(first) for number in range(3)]
    assert found.row_names[0] == "ant/0.png"


def test_files_are_in_natural_order(tmp_path):
    for number in (10, 2, 1):
        image(tmp_path / f"img_{number}.png", number)
    found = rows(path=tmp_path, with_targets=False)
    assert found.row_names == ("img_1.png", "img_2.png", "img_10.png")
    assert found.inputs[:, 0, 0, 0].tolist() == [1, 2, 10]


def test_only_folders_of_the_selected_classes_are_read_and_other_images_are_counted(tmp_path):
    for label, count in (("2", 2), ("5", 3), ("7", 4)):
        for number in range(count):
            image(tmp_path / label / f"{number}.png", int(label))
    found = rows(path=tmp_path, classes=["5", "2"])
    assert found.targets.tolist() == ["5"] * 3 + ["2"] * 2
    assert found.dropped == 4
    with pytest.raises(DataError, match="no folder for the class '9'"):
        rows(path=tmp_path, classes=["9"])
    only_fives = rows(path=tmp_path, classes=["5", "9"])  # allowed, because held-out images may lack a class
    assert set(only_fives.targets.tolist()) == {"5"}
    with pytest.raises(DataError, match="no row has the class '9'"):
        class_labels.keep_classes(only_fives, ("5", "9"))
    assert len(class_labels.keep_classes(only_fives, ("5", "9"), all_needed=False)) == 3


def test_a_mix_of_colour_and_grey_images_needs_a_mode(tmp_path):
    image(tmp_path / "a" / "0.png", (10, 20, 30), mode="RGB")
    found = rows(path=tmp_path)
    assert found.inputs[0, 0, 0].tolist() == [10, 20, 30]
    assert rows(path=tmp_path, mode="grey").inputs.shape == (1, 4, 6, 1)
    image(tmp_path / "a" / "1.png", 5)
    with pytest.raises(DataError, match=r"1\.png: grey, but the previous images are in colour; convert all with mode"):
        rows(path=tmp_path)
    assert rows(path=tmp_path, mode="rgb").inputs[1, 0, 0].tolist() == [5, 5, 5]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.JPEG", "a.bmp"])
def test_prediction_accepts_one_file_or_a_folder_without_sub_folders(tmp_path, name):
    path = image(tmp_path / name, 100)
    for given in (path, tmp_path):
        found = rows(path=given, with_targets=False)
        assert found.row_names == (name,)
        assert abs(int(found.inputs[0, 0, 0, 0]) - 100) <= 1
        assert found.targets is None


def test_prediction_accepts_a_folder_with_sub_folders(tmp_path):
    image(tmp_path / "x" / "1.png", 1)
    image(tmp_path / "y" / "2.png", 2)
    assert rows(path=tmp_path, with_targets=False).row_names == ("x/1.png", "y/2.png")


def test_images_of_different_sizes_are_refused(tmp_path):
    image(tmp_path / "a" / "0.png")
    image(tmp_path / "a" / "1.png", size=(6, 4))
    with pytest.raises(DataError, match=r"a/1\.png: 6x4 pixels, but .*a/0\.png has 4x6"):
        rows(path=tmp_path)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n", None])
def test_a_file_that_is_not_an_image_is_refused(tmp_path, content):
    path = image(tmp_path / "a" / "0.png", size=(40, 40))
    intact = path.read_bytes()
    path.write_bytes(intact[: len(intact) // 2] if content is None else content)
    with pytest.raises(DataError, match=r"a/0\.png: not a valid image"):
        rows(path=tmp_path)


def test_hidden_files_and_other_endings_are_ignored(tmp_path):
    image(tmp_path / "a" / "0.png", 3)
    (tmp_path / "a" / "._0.png").write_bytes(b"metadata written by macOS")
    (tmp_path / "a" / "notes.txt").write_text("")
    (tmp_path / ".cache").mkdir()
    assert len(rows(path=tmp_path)) == 1


def test_folders_without_images_are_refused(tmp_path):
    with pytest.raises(DataError, match="expected one sub-folder of images per class; found no folder"):
        rows(path=tmp_path)
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match=r"a: no images; looked for \.png"):
        rows(path=tmp_path)
    with pytest.raises(DataError, match="no such file or folder"):
        rows(path=tmp_path / "gone")


def test_without_pillow_the_error_says_how_to_install_it(tmp_path, monkeypatch):
    image(tmp_path / "a" / "0.png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match="pip install pillow") as caught:
        rows(path=tmp_path)
    assert caught.value.exit_code == 2


def test_more_than_eight_bits_per_pixel_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    Image.fromarray(np.full((4, 4), 40_000, np.uint16)).save(tmp_path / "a" / "deep.png")
    with pytest.raises(DataError, match=r"deep\.png: more than 8 bits"):
        rows(path=tmp_path)


def test_images_beside_the_sub_folders_are_predicted_but_left_out_of_training_with_a_note(tmp_path):
    from PIL import Image

    for name in ("a/1.png", "b/2.png", "3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / name)
    predicted = rows(path=tmp_path, with_targets=False)
    assert sorted(predicted.row_names) == ["3.png", "a/1.png", "b/2.png"]
    trained = rows(path=tmp_path)
    assert trained.targets.tolist() == ["a", "b"]
    assert trained.notes == (f"1 images beside the sub-folders are left out, such as {tmp_path}/3.png",)
