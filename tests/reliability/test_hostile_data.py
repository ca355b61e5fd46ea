"""Malicious data files are rejected with a message that names the file, and no code from them is run."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nncli.cli.app import command_line
from nncli.core.errors import DataError, UserError
from nncli.data.files.decompression import check_decompressed_size, open_decompressed
from tests.data.make_sources import rows
from tests.long import first
from tests.reliability.hostile_data import (
    BOMBS,
    GOOD,
    HEADERS,
    IDX,
    Y,
    in_idx,
    in_image,
    in_npy,
    in_npz,
    npy_with_header,
    pickles,
)
from tests.workflows import tiny

APP = command_line([])


def refused(keys):
    """Return the error message for a source, which is one line and names the file."""
    with pytest.raises(DataError) as caught:
        rows(**keys)
    message = str(caught.value)
    assert "\n" not in message
    assert Path(str(keys.get("path", keys.get("inputs")))).name.partition("/")[0] in message
    assert len(message) < 600
    assert "allow_pickle" not in message
    return message


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("place", [in_npy, in_npz])
def test_impossible_npy_headers_are_rejected(tmp_path, monkeypatch, place, name):
    monkeypatch.chdir(tmp_path)
    refused(place(HEADERS[name])(tmp_path))
    assert not Path("marker").exists()


@pytest.mark.parametrize("name", IDX)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_impossible_idx_files_are_rejected(tmp_path, name, ending):
    content = gzip.compress(IDX[name]) if ending else IDX[name]
    refused(in_idx(content, f"x-idx3-ubyte{ending}")(tmp_path))


def test_decompression_bombs_are_reported_with_both_sizes():
    check_decompressed_size("a.npz", "x", 256 << 20, 1)
    check_decompressed_size("a.npz", "x", 10 << 30, 60 << 20)
    with pytest.raises(DataError, match=r"^a\.npz: x unpacks to 10 GB or more from 10 MB; save it uncompressed if"):
        check_decompressed_size("a.npz", "x", 10**10, 10**7)


@pytest.mark.parametrize("name", ["npz", "npz header", "image", "large image"])
def test_decompression_bombs_are_detected_by_their_headers(tmp_path, name):
    if "image" in name:
        pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    message = refused(BOMBS[name](tmp_path))
    assert "unpacks to" in message or "too many pixels" in message


def test_a_stream_that_unpacks_to_too_much_is_rejected(tmp_path, monkeypatch):
    monkeypatch.setattr("nncli.data.files.decompression.MAX_RATIO", 10)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(3 << 20)))
    with open_decompressed(str(path), 4 << 20) as file:
        assert file.read() == bytes(3 << 20)
    with open_decompressed(str(path), 1 << 20) as file:
        assert len(file.read(1 << 20)) == 1 << 20
        with pytest.raises(DataError, match=r"a\.gz: it unpacks to 2\.\d+ MB or more from 3\.\d+ KB"):
            file.read(1 << 20)


def test_valid_data_that_compress_well_are_read(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((50_000, 100)), y=np.zeros(50_000))
    assert rows(path=tmp_path / "a.npz").inputs.shape == (50_000, 100)
    with gzip.open(tmp_path / "a.csv.gz", "wb") as file:
        file.write(b"a,y\n" + b"0,0\n" * 300_000)
    assert len(rows(path=tmp_path / "a.csv.gz", targets="y")) == 300_000


def test_images_of_other_formats_are_rejected(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    keys = in_image(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(marker) (w) file\n")(tmp_path)
    assert "not a valid image" in refused(keys)
    for name in "ab":
        image.new("L", (4, 4)).save(tmp_path / "images" / name / "0.png", format="TIFF")
    assert "not a valid image" in refused(keys)


@pytest.mark.parametrize("name", pickles(Path("marker")))
def test_nothing_is_unpickled_by_any_command(stopped, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    marker = tmp_path / "marker"
    keys = pickles(marker)[name](tmp_path)
    values = tiny.regression(data={"train": keys})
    Path("config.yaml").write_text(json.dumps(values))
    given = keys.get("path", keys.get("inputs"))
    for arguments in (
        ["train", "config.yaml"],
        ["check", "config.yaml"],
        ["predict", stopped / "run", given],
        ["evaluate", stopped / "run", given],
        ["inspect", given],
        ["init", "--data", given, "--output", "new.yaml"],
    ):
        found = CliRunner().invoke(APP, [str(item) for item in arguments])
        assert isinstance(found.exception, SystemExit), (arguments, found.exception)
        assert found.exit_code == 2, (arguments, found.output)
        assert "Traceback" not in found.output
    assert not marker.exists()
    assert not Path("new.yaml").exists()


@pytest.mark.parametrize("kind", ["npy", "npz", "idx", "gz", "image"])
@pytest.mark.parametrize("seed", first(1, range(20)))
def test_random_damage_raises_only_errors_that_name_the_file(tmp_path, kind, seed):
    chance = random.Random(f"{kind} {seed}")
    if kind == "npy":
        np.save(tmp_path / "good.npy", GOOD)
        intact, place = (tmp_path / "good.npy").read_bytes(), in_npy
    elif kind == "npz":
        np.savez_compressed(tmp_path / "a.npz", x=GOOD, y=Y)
        intact = (tmp_path / "a.npz").read_bytes()
    elif kind == "image":
        image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
        image.new("RGB", (9, 9)).save(tmp_path / "a.png")
        intact = (tmp_path / "a.png").read_bytes()
    else:
        intact = b"\0\0\x08\3\0\0\0\3\0\0\0\2\0\0\0\2" + bytes(12)
        intact = gzip.compress(intact) if kind == "gz" else intact
    if kind == "image":
        keys = in_image(intact)(tmp_path)
        target = Path(keys["path"], "a", "0.png")
    elif kind == "npz":
        keys, target = {"path": str(tmp_path / "a.npz")}, tmp_path / "a.npz"
    else:
        name = "x-idx3-ubyte.gz" if kind == "gz" else "x-idx3-ubyte"
        keys = place(intact)(tmp_path) if kind == "npy" else in_idx(intact, name)(tmp_path)
        target = Path(keys["inputs"])
    for _ in range(60):
        at, count = chance.randrange(len(intact)), chance.choice((1, 1, 1, 4))
        target.write_bytes(intact[:at] + chance.randbytes(count) + intact[at + chance.choice((0, count, count)) :])
        message = str(tmp_path)
        try:
            rows(**keys)
        except UserError as error:
            message = str(error)
        assert str(tmp_path) in message


def test_npy_files_written_by_python_2_are_read_without_a_warning(tmp_path):
    for place in (in_npy, in_npz):
        keys = place(npy_with_header("(3L, 2L)", content=GOOD.tobytes()))(tmp_path)
        assert rows(**keys).inputs.tolist() == GOOD.tolist()


def test_an_archive_can_have_a_comment(tmp_path):
    keys = in_npz(b"")(tmp_path)
    np.savez(keys["path"], x=GOOD, y=Y)
    with zipfile.ZipFile(keys["path"], "a") as archive:
        archive.comment = b"from somewhere"
    assert rows(**keys).inputs.tolist() == GOOD.tolist()
