"""Test that NumPy can open checkpoints, that every array is verified, and that other files are refused."""

from __future__ import annotations

import builtins
import json
import pickle
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import CheckpointError, SaveError
from nncli.runs import checkpoint, checkpoint_archive, checkpoint_meta
from nncli.workflows.inspect import inspect

WEIGHTS = {
    "0.dense.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "0.dense.bias": np.zeros(3, np.float32),
    "2.dense.weight": np.full((3, 1), 1 / 3),
}
STATE = {"optimizer/mean/0.dense.weight": np.ones((2, 3), np.float32), "empty": np.zeros((0, 4)), "one": np.array(3)}


@pytest.fixture
def saved(tmp_path):
    """Write a small checkpoint."""
    path = tmp_path / "a.npz"
    checkpoint.save(str(path), WEIGHTS, STATE, {"name": "a", "step": 3})
    return path


def refused(path, use=checkpoint.load):
    """Return the message of the error that reading a file raises."""
    with pytest.raises(CheckpointError) as caught:
        use(str(path))
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rewritten(path, change, compression=zipfile.ZIP_STORED):
    """Rewrite an archive; `change` maps (name, content) of each member to its new content, or to None to remove it."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            new = change(name, content)
            if new is not None:
                archive.writestr(name, new)
    return path


def with_meta(path, **changes):
    """Rewrite an archive with changed values in meta.json and without the checksum of meta.json."""

    def change(name, content):
        if name != checkpoint.META:
            return content
        meta = {**json.loads(content), **changes}
        del meta["sha256"]
        return json.dumps(meta)

    return rewritten(path, change)


def test_loading_returns_what_was_saved_bit_for_bit(saved):
    meta, arrays = checkpoint.load(str(saved))
    assert (meta["name"], meta["step"], meta["format_version"]) == ("a", 3, checkpoint_meta.VERSION)
    expected = {**WEIGHTS, **{f"state/{name}": array for name, array in STATE.items()}}
    assert list(arrays) == list(expected)
    for name, array in expected.items():
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)
        assert arrays[name].tobytes() == array.tobytes()


def test_numpy_can_open_a_checkpoint(saved):
    with np.load(saved, allow_pickle=False) as archive:
        assert set(archive.files) == {*WEIGHTS, *(f"state/{name}" for name in STATE), "meta.json"}
        for name, array in WEIGHTS.items():
            np.testing.assert_array_equal(archive[name], array)


def test_meta_is_json_with_a_checksum_of_every_array(saved):
    with zipfile.ZipFile(saved) as archive:
        meta = json.loads(archive.read("meta.json"))
        assert archive.testzip() is None
    assert set(meta["arrays"]) == {*WEIGHTS, *(f"state/{name}" for name in STATE)}
    for description in meta["arrays"].values():
        assert len(description["sha256"]) == 64


def test_equal_content_gives_equal_bytes(tmp_path, saved):
    checkpoint.save(str(tmp_path / "b.npz"), WEIGHTS, STATE, {"name": "a", "step": 3})
    assert (tmp_path / "b.npz").read_bytes() == saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, (
            "all archives have this date, so that equal content gives equal bytes"
        )


def test_arrays_that_are_not_contiguous_are_saved(tmp_path):
    array = np.arange(12.0).reshape(3, 4).T[::2]
    checkpoint.save(str(tmp_path / "a.npz"), {"w": array}, {}, {})
    np.testing.assert_array_equal(checkpoint.load(str(tmp_path / "a.npz"))[1]["w"], array)


def test_a_flipped_bit_is_found_by_load_but_not_by_read_meta(saved):
    content = bytearray(saved.read_bytes())
    at = content.find(WEIGHTS["0.dense.weight"].tobytes())
    content[at + 5] ^= 1
    saved.write_bytes(content)
    assert "the array '0.dense.weight' is damaged" in refused(saved)
    assert checkpoint.read_meta(str(saved))["name"] == "a"


def test_a_changed_array_in_a_valid_zip_is_found(saved):
    flip = lambda name, content: content[:-1] + b"\x41" if name == "2.dense.weight.npy" else content  # noqa: E731
    assert "the array '2.dense.weight' is damaged (its checksum differs)" in refused(rewritten(saved, flip))


def test_a_transposed_shape_is_found(saved):
    swap = lambda name, content: content.replace(b"(2, 3)", b"(3, 2)")  # noqa: E731
    assert "is damaged" in refused(rewritten(saved, swap))


def test_a_missing_array_is_detected(saved):
    assert "'0.dense.bias'" in refused(
        rewritten(saved, lambda name, content: None if name == "0.dense.bias.npy" else content)
    )


@pytest.mark.parametrize(
    "content", [b"", b"text\n", b"\x00" * 200, pickle.dumps({"a": 1}), b"PK\x03\x04" + b"\x00" * 50, b"\x93NUMPY" * 9]
)
@pytest.mark.parametrize("use", [checkpoint.load, checkpoint.read_meta, inspect])
def test_files_of_another_kind_are_refused(tmp_path, content, use):
    (tmp_path / "a.npz").write_bytes(content)
    assert "not an nncli checkpoint, or a damaged one" in refused(tmp_path / "a.npz", use)


@pytest.mark.parametrize("use", [checkpoint.load, checkpoint.read_meta, inspect])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_checkpoint_is_refused(saved, use, share):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(share * len(content))])
    assert "not an nncli checkpoint, or a damaged one" in refused(saved, use)


def test_an_npz_file_without_meta_json_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    assert "it has no meta.json" in refused(tmp_path / "a.npz")


@pytest.mark.parametrize("meta", ["{}", "[]", "nonsense", '{"format": "other"}', '"nncli checkpoint"', "null", "\xff"])
def test_a_meta_json_of_another_program_is_refused(tmp_path, meta):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("meta.json", meta)
    assert "not an nncli checkpoint" in refused(tmp_path / "a.npz")


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_the_error_for_another_version_has_both_version_numbers(saved, version):
    message = refused(with_meta(saved, format_version=version, nncli_version="9.9"))
    assert f"format version {version}; this nncli reads version {checkpoint_meta.VERSION}" in message
    assert "9.9" in message


@pytest.mark.parametrize(
    "description",
    [
        {},
        None,
        {"shape": [2, 3], "dtype": "<f4"},
        {"shape": "wide", "dtype": "<f4", "sha256": ""},
        {"shape": [2, 3], "dtype": "|O", "sha256": ""},
        {"shape": [10**12], "dtype": "<f4", "sha256": ""},
        {"shape": [-6], "dtype": "<f4", "sha256": ""},
        {"shape": [float("inf")], "dtype": "<f4", "sha256": ""},
        {"shape": [2.0, 3.0], "dtype": "<f4", "sha256": ""},
        {"shape": [1] * 70, "dtype": "<f4", "sha256": ""},
        {"shape": [2, 3], "dtype": ["<f4"], "sha256": ""},
        {"shape": [2, 3], "dtype": "<f4,<f4", "sha256": ""},
        {"shape": [2, 3], "dtype": "<f3", "sha256": ""},
        {"shape": [2, 3], "dtype": "nonsense", "sha256": ""},
        {"shape": [2, 3], "dtype": "(", "sha256": ""},
    ],
)
def test_invalid_descriptions_of_arrays_are_refused(saved, description):
    arrays = {**checkpoint.read_meta(str(saved))["arrays"], "0.dense.weight": description}
    assert "'0.dense.weight' is damaged" in refused(with_meta(saved, arrays=arrays))


def test_the_checksum_of_meta_is_a_plain_sha256(saved):
    with zipfile.ZipFile(saved) as archive:
        meta = json.loads(archive.read("meta.json"))
    expected = meta.pop("sha256")
    assert sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest() == expected


@pytest.mark.parametrize("use", [checkpoint.load, checkpoint.read_meta, inspect])
@pytest.mark.parametrize("changes", [{"step": 4}, {"more": 1}, {"sha256": None}, {"sha256": "0" * 64}])
def test_a_changed_meta_in_a_valid_zip_is_found(saved, use, changes):
    change = lambda name, content: (  # noqa: E731
        json.dumps({**json.loads(content), **changes}) if name == "meta.json" else content
    )
    assert "its meta.json was changed (its checksum differs)" in refused(rewritten(saved, change), use)


def test_formatting_of_meta_does_not_matter(saved):
    change = lambda name, content: json.dumps(json.loads(content), indent=4) if name == "meta.json" else content  # noqa: E731
    assert checkpoint.load(str(rewritten(saved, change)))[0] == checkpoint.read_meta(str(saved))


def test_an_older_checkpoint_without_a_meta_checksum_is_read(saved):
    meta, arrays = checkpoint.load(str(with_meta(saved)))
    assert "sha256" not in meta
    assert len(arrays) == 6


def test_values_that_json_changes_do_not_break_the_checksum(tmp_path):
    meta = {"pair": (1, 2), "by number": {1: "a", 10: "b", 9: "c"}, "odd": float("nan"), "far": -float("inf")}
    meta |= {"text": "\ud800 \u2028 ä", "tiny": 5e-324}
    checkpoint.save(str(tmp_path / "a.npz"), WEIGHTS, STATE, meta)
    assert checkpoint.read_meta(str(tmp_path / "a.npz"))["by number"] == {"1": "a", "10": "b", "9": "c"}


def test_a_meta_too_large_for_load_is_not_saved(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    for limit, value in (("MAX_META_BYTES", "x" * 3000), ("MAX_META_VALUES", [0] * 3000)):
        with monkeypatch.context() as patch:
            patch.setattr(checkpoint_meta, limit, 3000)
            for meta in ({"name": "a", "long": value}, {"name": "a"}):
                if "long" in meta:
                    with pytest.raises(
                        SaveError, match=r"a.npz: cannot be written: its meta.json .*3,000; use a quantile scaler"
                    ):
                        checkpoint.save(str(path), WEIGHTS, {}, meta)
                    with pytest.raises(SaveError, match="the checkpoint: cannot be written"):
                        checkpoint.check_meta_size(meta, WEIGHTS)
                    assert not list(tmp_path.iterdir())
                else:
                    checkpoint.check_meta_size(meta, WEIGHTS)
                    checkpoint.save(str(path), WEIGHTS, {}, meta)
            checkpoint.load(str(path))
            path.unlink()


def test_check_meta_size_includes_the_descriptions_of_arrays(monkeypatch):
    checkpoint.check_meta_size({}, WEIGHTS)
    monkeypatch.setattr(checkpoint_meta, "MAX_META_BYTES", 500)
    checkpoint.check_meta_size({})
    with pytest.raises(SaveError):
        checkpoint.check_meta_size({}, WEIGHTS)


def test_a_meta_without_a_model_raises_a_checkpoint_error(saved):
    assert "not an nncli checkpoint" in refused(saved, inspect) or "meta.json" in refused(saved, inspect)


def test_a_compressed_member_is_not_expanded(saved):
    grown = lambda name, content: content + b" " * 10_000_000 if name == "meta.json" else content  # noqa: E731
    assert "compressed" in refused(rewritten(saved, grown, zipfile.ZIP_DEFLATED))


def test_a_missing_file_raises_a_checkpoint_error(tmp_path):
    assert "no such checkpoint" in refused(tmp_path / "a.npz")


def test_nothing_is_unpickled(saved, monkeypatch):
    monkeypatch.setattr(pickle, "load", None)
    monkeypatch.setattr(pickle, "loads", None)
    assert len(checkpoint.load(str(saved))[1]) == 6


def test_read_meta_reads_no_arrays(tmp_path, monkeypatch):
    path = tmp_path / "large.npz"
    checkpoint.save(str(path), {"0.dense.weight": np.ones((1000, 1000))}, {}, {"name": "large"})
    read = 0

    class Counting:
        def __init__(self, file):
            self.file = file

        def read(self, size=-1):
            nonlocal read
            content = self.file.read(size)
            read += len(content)
            return content

        def __getattr__(self, name):
            return getattr(self.file, name)

    monkeypatch.setattr(checkpoint_archive, "open_regular_file", lambda name: Counting(builtins.open(name, "rb")))  # noqa: SIM115
    assert checkpoint.read_meta(str(path))["name"] == "large"
    assert 0 < read < 20_000 < Path(path).stat().st_size
    checkpoint.load(str(path))
    assert read > 8_000_000, "the counter works"
