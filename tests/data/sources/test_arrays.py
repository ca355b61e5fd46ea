"""Sources of arrays: NumPy files, idx files and built-in datasets."""

from __future__ import annotations

import gzip
import os
import pickle
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import ConfigError, DataError, ShapeError
from nncli.data.preprocessing import Preprocessing
from nncli.data.scalers import MinMaxScaler
from nncli.data.sources import Idx
from nncli.data.target_encoding import class_labels
from tests.data.make_sources import fitted, rows, source

F64 = np.dtype(np.float64)


class Canary:
    """An object that creates a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (self.path,))


def npz(folder, **arrays):
    """Write arrays to a .npz file, and return its path."""
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def npy(folder, name, array):
    """Write a .npy file, and return its path."""
    np.save(folder / name, array)
    return str(folder / name)


def test_the_names_x_and_y_are_the_defaults(tmp_path):
    found = rows(path=npz(tmp_path, x=[[1.0, 2], [3, 4]], y=[5, 6], z=[7, 8]))
    assert found.inputs.tolist() == [[1, 2], [3, 4]]
    assert found.targets.tolist() == [5, 6]


def test_arrays_can_have_other_names(tmp_path):
    found = rows(path=npz(tmp_path, u=[[1.0, 2], [3, 4]], v=[5, 6]), inputs="u", targets="v")
    assert (found.inputs[1, 1], found.targets[1]) == (4, 6)


def test_a_missing_array_is_refused(tmp_path):
    message = r"a\.npz: no array 'x'; it holds u, v; choose arrays with inputs: and targets:"
    with pytest.raises(DataError, match=message):
        rows(path=npz(tmp_path, u=[[1.0]], v=[1]))


def test_a_pair_of_npy_files_is_memory_mapped(tmp_path):
    x = np.arange(12.0).reshape(4, 3)
    found = rows(inputs=npy(tmp_path, "x.npy", x), targets=npy(tmp_path, "y.npy", np.arange(4)))
    assert isinstance(found.inputs, np.memmap)
    assert found.inputs.tolist() == x.tolist()
    assert found.targets.tolist() == [0, 1, 2, 3]


def test_reading_does_not_change_the_file(tmp_path):
    path = npy(tmp_path, "x.npy", np.arange(4.0).reshape(2, 2))
    before = Path(path).read_bytes()
    found = rows(inputs=path, with_targets=False)
    with pytest.raises(ValueError, match="read-only"):
        found.inputs[0, 0] = 3
    assert Path(path).read_bytes() == before


def test_images_without_a_channel_axis_get_one(tmp_path):
    grey = rows(path=npz(tmp_path, x=np.arange(40.0).reshape(2, 5, 4), y=[0, 1]))
    coloured = rows(path=npz(tmp_path, x=np.zeros((2, 5, 4, 3)), y=[0, 1]))
    assert fitted(grey).inputs(grey, F64)[..., 0].tolist() == grey.inputs.tolist()
    assert fitted(grey).input_shape == (5, 4, 1)
    assert fitted(coloured).inputs(coloured, F64).shape == (2, 5, 4, 3)


def test_sequences_get_no_channel_axis(tmp_path):
    found = rows(path=npz(tmp_path, x=np.arange(40.0).reshape(2, 5, 4), y=[0, 1]))
    preprocessing = fitted(found, channel=False, inputs=MinMaxScaler())
    assert preprocessing.input_shape == (5, 4)
    assert preprocessing.input_scaling.shift.tolist() == [0, 1, 2, 3]  # one shift per feature
    restored = Preprocessing.restore(preprocessing.state())
    assert restored.inputs(found, F64).shape == (2, 5, 4)
    assert restored.inputs(replace(found, inputs=found.inputs[..., np.newaxis]), F64).shape == (2, 5, 4)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((3, 2)), "y": [1, 2]}, "a.npz:y: 2 rows, but "),
        ({"x": np.zeros(3), "y": [1, 2, 3]}, "a.npz:x: expected (rows, columns) or images; got the shape (3,)"),
        ({"x": np.zeros((0, 3)), "y": []}, "a.npz:x: no rows or no columns; its shape is (0, 3)"),
        ({"x": np.array([["a", "b"]]), "y": [1]}, "a.npz:x: expected numbers; got <U1"),
        ({"x": np.array([[1 + 2j]]), "y": [1]}, "a.npz:x: expected numbers; got complex128"),
        (
            {"x": [[1, 2], [3, np.nan]], "y": [1, 2]},
            "a.npz:x: row 1, column 1 (counted from 0): expected a finite numb",
        ),
        (
            {"x": [[1, -np.inf], [3, 4]], "y": [1, 2]},
            "a.npz:x: row 0, column 1 (counted from 0): expected a finite num",
        ),
        ({"x": [[1, 2], [3, 4]], "y": [1, np.nan]}, "a.npz:y: row 1"),
    ],
)
def test_invalid_arrays_are_refused(tmp_path, arrays, message):
    with pytest.raises(DataError) as caught:
        fitted(rows(path=npz(tmp_path, **arrays)))
    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(message)


def test_the_error_for_nan_in_a_large_file_names_its_row(tmp_path):
    x = np.zeros((70_000, 2), np.float32)
    x[69_990, 1] = np.nan
    with pytest.raises(DataError, match=r"x\.npy: row 69990, column 1 \(counted from 0\): .* got nan"):
        rows(inputs=npy(tmp_path, "x.npy", x), targets=npy(tmp_path, "y.npy", np.zeros(70_000)))


def test_the_error_for_a_target_that_is_not_finite_names_the_file_of_the_targets(tmp_path):
    y = npy(tmp_path, "y.npy", np.array([[0, 1], [2, np.inf]]))
    found = rows(inputs=npy(tmp_path, "x.npy", np.zeros((2, 3))), targets=y)
    with pytest.raises(DataError, match=r"y\.npy: row 1, column 1 "):
        fitted(found)


def test_the_error_for_a_label_that_is_not_finite_names_file_and_row(tmp_path):
    found = rows(path=npz(tmp_path, x=[[1.0], [2], [3]], y=[0.0, np.nan, 1]))
    with pytest.raises(DataError, match=r"a\.npz.*row 1\b"):
        class_labels.text_labels(found)


def test_pickles_are_refused_and_not_opened(tmp_path):
    canary = tmp_path / "unpickled"
    objects = np.array([Canary(str(canary))], dtype=object)
    np.save(tmp_path / "x.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "a.npz", x=objects, y=[1], allow_pickle=True)
    (tmp_path / "raw.npy").write_bytes(pickle.dumps(Canary(str(canary))))
    (tmp_path / "raw.npz").write_bytes(pickle.dumps(Canary(str(canary))))
    y = npy(tmp_path, "y.npy", np.zeros(1))
    for keys in (
        {"inputs": str(tmp_path / "x.npy"), "targets": y},
        {"inputs": str(tmp_path / "raw.npy"), "targets": y},
        {"path": tmp_path / "a.npz"},
        {"path": tmp_path / "raw.npz"},
    ):
        with pytest.raises(DataError, match=r"not a valid \.np[yz] file of numbers or text"):
            rows(**keys)
    assert not canary.exists()


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_truncated_files_are_refused(tmp_path, share):
    x = npy(tmp_path, "x.npy", np.random.default_rng(0).normal(size=(50, 4)))
    y = npy(tmp_path, "y.npy", np.zeros(50))
    path = str(npz(tmp_path, x=np.random.default_rng(0).normal(size=(50, 4)), y=np.zeros(50)))
    for name in (x, path):
        content = Path(name).read_bytes()
        Path(name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"x\.npy: not a valid \.npy file"):
        rows(inputs=x, targets=y)
    with pytest.raises(DataError, match=r"a\.npz: not a valid \.npz file"):
        rows(path=path)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 100, b"u,y\n1,2\n"])
def test_files_of_another_format_are_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(DataError, match="not a valid"):
        rows(path=tmp_path / "a.npz")
    with pytest.raises(DataError, match="not a valid"):
        rows(inputs=str(tmp_path / "a.npy"), targets=str(tmp_path / "a.npy"))


def test_an_array_with_a_wrong_checksum_is_refused(tmp_path):
    path = npz(tmp_path, x=np.random.default_rng(0).normal(size=(50, 4)), y=np.zeros(50))
    content = bytearray(path.read_bytes())
    content[400] ^= 255
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz: not a valid \.npz file"):
        rows(path=path)


def test_a_zip_file_without_arrays_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x", "text")
        archive.writestr("y", "text")
    with pytest.raises(DataError, match=r"a\.npz: "):
        rows(path=tmp_path / "a.npz")


def test_a_npz_file_whose_name_ends_in_npy_is_refused(tmp_path):
    path = npz(tmp_path, x=[[1.0]], y=[1])
    os.rename(path, tmp_path / "x.npy")
    with pytest.raises(DataError, match=r"x\.npy: "):
        rows(inputs=str(tmp_path / "x.npy"), targets=str(tmp_path / "x.npy"))


def test_conflicting_keys_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"a \.npy file holds one array"):
        source(path="x.npy")
    with pytest.raises(DataError, match=r"x\.npy: no targets; name their file with targets:"):
        rows(inputs=npy(tmp_path, "x.npy", np.zeros((2, 2))))


def idx(array):
    """Return an array in the format of the MNIST files."""
    kinds = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    header = bytes([0, 0, kinds[array.dtype.str[1:]], array.ndim])
    sizes = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return header + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_idx_files_are_read(tmp_path, ending, dtype):
    x, y = np.arange(40).reshape(2, 5, 4).astype(dtype), np.array([7, 3], np.uint8)
    pack = gzip.compress if ending else bytes
    (tmp_path / f"images-idx3-ubyte{ending}").write_bytes(pack(idx(x)))
    (tmp_path / f"labels-idx1-ubyte{ending}").write_bytes(pack(idx(y)))
    keys = {"inputs": f"{tmp_path}/images-idx3-ubyte{ending}", "targets": f"{tmp_path}/labels-idx1-ubyte{ending}"}
    found = rows(**keys)
    assert found.inputs.tolist() == x.tolist()
    assert found.targets.tolist() == [7, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(np.zeros((2, 3, 3), np.uint8))[:-1], r"its header says \(2, 3, 3\), but it holds 17 bytes"),
        (idx(np.zeros((2, 3, 3), np.uint8)) + b"x", "more than 18 bytes"),
        (b"", "not an idx file"),
        (b"PNG", "not an idx file"),
        (b"\x00\x00\x07\x01\x00\x00\x00\x01\x00", "not an idx file"),
        (b"\x00\x00\x08\x03\x00\x00", "its header says|not an idx file"),
    ],
)
def test_damaged_idx_files_are_refused(tmp_path, content, message):
    (tmp_path / "x-idx3-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=message):
        rows(inputs=str(tmp_path / "x-idx3-ubyte"), with_targets=False)


@pytest.mark.parametrize("damage", ["cut", "flip", "plain"])
def test_damaged_gzipped_idx_files_are_refused(tmp_path, damage):
    content = gzip.compress(idx(np.random.default_rng(0).integers(0, 9, (50, 8, 8)).astype(np.uint8)))
    half = len(content) // 2
    flipped = content[:half] + bytes(255 - byte for byte in content[half : half + 20]) + content[half + 20 :]
    damaged = {"cut": content[:half], "flip": flipped, "plain": b"\x00\x00\x08\x01"}[damage]
    (tmp_path / "x-idx3-ubyte.gz").write_bytes(damaged)
    with pytest.raises(DataError, match="not a valid gzip file"):
        rows(inputs=str(tmp_path / "x-idx3-ubyte.gz"), with_targets=False)


def test_built_in_datasets_are_found_by_name():
    found = rows(dataset="digits")
    assert (len(found), found.inputs.shape[1:]) == (1797, (8, 8, 1))
    assert rows(dataset="diabetes").feature_names[:2] == ("age", "sex")
    with pytest.raises(ConfigError, match="unknown dataset 'digit'; did you mean 'digits'"):
        source(dataset="digit")


def test_rows_of_another_shape_than_in_training_are_refused(tmp_path):
    train = rows(path=npz(tmp_path, x=np.zeros((3, 5, 4)), y=[0, 1, 2]))
    preprocessing = fitted(train)
    given = rows(inputs=npy(tmp_path, "new.npy", np.zeros((2, 4, 5))), with_targets=False)
    with pytest.raises(ShapeError) as caught:
        preprocessing.inputs(given, F64)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/new.npy: ")
    assert "(5, 4, 1)" in message
    assert "(4, 5)" in message


def test_a_value_too_large_for_the_dtype_is_refused(tmp_path):
    found = rows(path=npz(tmp_path, x=[[1.0], [1e300]], y=[0, 1]))
    with pytest.raises(DataError, match=r"a\.npz:x: row 1 .*too large for float32"):
        fitted(found).inputs(found, np.dtype(np.float32))


def test_rows_that_need_no_scaling_are_not_copied(tmp_path):
    found = rows(path=npz(tmp_path, x=np.ones((6, 2), np.float32), y=[0, 1] * 3))
    prepared = fitted(found).lazy_inputs(found, np.dtype(np.float32))
    assert np.shares_memory(prepared.load(), found.inputs)
    assert not np.shares_memory(fitted(found).inputs(found, F64), found.inputs)
    for strange in (np.asfortranarray(found.inputs), np.ones((2, 6), np.float32).T):
        of_strange = fitted(found).inputs(replace(found, inputs=strange), np.dtype(np.float32))
        assert of_strange.flags.c_contiguous
        np.testing.assert_array_equal(of_strange, strange)
    found.inputs[4, 1] = np.inf  # a source from a plugin might return infinite values
    assert prepared[:4].all()
    with pytest.raises(DataError, match=r"a\.npz:x: row 4 .*too large for float32"):
        prepared[2:]


def test_a_missing_file_suggests_the_nearest_name(tmp_path):
    npz(tmp_path, x=[[1.0]], y=[1])
    with pytest.raises(DataError, match=r"no such file or folder: .*/aa\.npz; did you mean '.*/a\.npz'\?"):
        rows(path=tmp_path / "aa.npz")


@pytest.mark.parametrize("shape", [(2000, 4_000_000_000, 4_000_000_000), (2000, 70_000, 4_000)])
def test_a_wrong_idx_header_raises_a_data_error(tmp_path, shape):
    (tmp_path / "x-idx3-ubyte").write_bytes(struct.pack(">HBB3I", 0, 8, 3, *shape) + b"abc")
    (tmp_path / "y-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, 1) + b"a")
    source = Idx(inputs=str(tmp_path / "x-idx3-ubyte"), targets=str(tmp_path / "y-idx1-ubyte"))
    for use in (source.read, lambda: source.preview(2000)):
        with pytest.raises(DataError, match="its header says"):
            use()
