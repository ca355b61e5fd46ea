"""Memory-mapped rows equal rows in memory, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import DataError
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.batches import Dataset, TrainingBatches
from nncli.data.preprocessing import Preprocessing
from nncli.data.preprocessing.network_inputs import NetworkInputs
from nncli.data.rows import array_rows
from tests.contracts.table import SCALER_ROWS
from tests.contracts.values import made

F64 = np.dtype(np.float64)
KINDS = {
    "float32": lambda random: random.normal(size=(50, 6)).astype(np.float32),
    "float64": lambda random: random.normal(size=(50, 6)) * 1e3,
    "big endian": lambda random: random.normal(size=(50, 6)).astype(">f4"),
    "uint8 images": lambda random: random.integers(0, 256, (50, 5, 4, 3)).astype(np.uint8),
    "bool": lambda random: random.random((50, 6)) < 0.5,
    "Fortran order": lambda random: np.asfortranarray(random.normal(size=(50, 6))),
}
SCALERS = [(name, index) for name, cases in SCALER_ROWS.items() for index in range(len(cases))]
over_kinds = pytest.mark.parametrize("kind", list(KINDS))


def pair(folder, kind):
    """Return (memory-mapped rows, the same rows in memory)."""
    array = KINDS[kind](np.random.default_rng(2))
    np.save(folder / "x.npy", array)
    return MemoryMapped(np.load(folder / "x.npy", mmap_mode="r")), array


@over_kinds
def test_unscaled_rows_equal_rows_in_memory(tmp_path, kind):
    mapped, array = pair(tmp_path, kind)
    some = np.array([7, 3, 3, 49, 0])
    assert (mapped.shape, mapped.dtype, mapped.ndim, len(mapped)) == (array.shape, array.dtype, array.ndim, 50)
    for found, expected in (
        (mapped[:], array),
        (mapped[4:9], array[4:9]),
        (mapped[48:60], array[48:60]),
        (mapped.gather(some), array[some]),
        (np.asarray(mapped), array),
        (mapped.take(some)[:], array[some]),
        (mapped.take(some).take(np.array([4, 1]))[:], array[[0, 3]]),
        (mapped.take(some)[1:3], array[[3, 3]]),
        (mapped.take(some).gather(np.array([3, 0])), array[[49, 7]]),
        (np.asarray(mapped.take(some), np.float64), array[some].astype(np.float64)),
    ):
        np.testing.assert_array_equal(found, expected)
        assert not isinstance(found, np.memmap) or found.base is None
    assert len(mapped.take(some)) == 5
    assert isinstance(mapped.take(some), MemoryMapped)


def test_changing_rows_that_were_read_does_not_change_the_file(tmp_path):
    mapped, array = pair(tmp_path, "float64")
    before = (tmp_path / "x.npy").read_bytes()
    for read in (mapped[2:4], mapped.gather(np.array([1])), mapped.take(np.array([1]))[:]):
        read[...] = 0
    assert (mapped[:] == array).all()
    assert (tmp_path / "x.npy").read_bytes() == before


def test_reshaped_rows_equal_reshaped_arrays(tmp_path):
    mapped, array = pair(tmp_path, "uint8 images")
    flat = mapped.take(np.array([5, 2])).with_shape((60,))
    assert flat.shape == (2, 60)
    assert (flat[:] == array[[5, 2]].reshape(2, 60)).all()
    np.save(tmp_path / "grey.npy", array[..., 0])
    rows = array_rows(MemoryMapped(np.load(tmp_path / "grey.npy", mmap_mode="r")), None, "grey.npy", "", "")
    prepared = Preprocessing((5, 4, 1)).lazy_inputs(rows.take(np.array([9])), F64)
    assert isinstance(prepared.load(), NetworkInputs)
    assert (prepared[:] == array[[9], ..., :1]).all()


@over_kinds
@pytest.mark.parametrize(("name", "index"), SCALERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scaled_rows_equal_rows_in_memory(tmp_path, monkeypatch, kind, name, index, dtype):
    mapped, array = pair(tmp_path, kind)
    kept = np.random.default_rng(0).permutation(50)[:40]
    scaler = made(SCALER_ROWS[name][index])
    scaling = scaler.fit(array[kept])
    assert same_scaling(scaler.fit(mapped.take(kept)), scaling)
    from_file, from_memory = (
        NetworkInputs(raw, scaling, np.dtype(dtype), str) for raw in (mapped.take(kept), array[kept])
    )
    expected = from_memory[:]
    assert isinstance(from_memory.load(), np.ndarray)
    assert from_file.load() is from_file
    assert from_file[:].tobytes() == expected.tobytes()
    assert (from_file.shape, from_file.dtype, len(from_file)) == (expected.shape, expected.dtype, 40)
    order = np.random.default_rng(1).permutation(40)[:13]
    out = np.empty((13, *expected.shape[1:]), dtype)
    from_file.gather(order, out)
    assert out.tobytes() == expected[order].tobytes()
    monkeypatch.setattr("nncli.data.preprocessing.network_inputs.rows_per_chunk", lambda shape: 7)
    assert from_file[3:33].tobytes() == expected[3:33].tobytes()


def same_scaling(one, other):
    return (one and one.state()) == (other and other.state())


@pytest.mark.parametrize("name", ["standard", "minmax", "robust", "quantile"])
def test_scalers_fitted_in_chunks_equal_scalers_fitted_in_memory(tmp_path, monkeypatch, name):
    mapped, array = pair(tmp_path, "float32")
    scaler = made(SCALER_ROWS[name][0])
    monkeypatch.setattr("nncli.data.arrays.chunks.MAX_CHUNK_ROWS", 7)
    assert same_scaling(scaler.fit(mapped), scaler.fit(array))


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("size", [1, 7, 50, 64])
@pytest.mark.parametrize("skip", [0, 2])
def test_batches_of_memory_mapped_rows_equal_batches_of_rows_in_memory(tmp_path, shuffle, size, skip):
    mapped, array = pair(tmp_path, "float64")
    targets, weights = np.arange(50.0)[:, None], np.arange(50.0)
    scaling = made(SCALER_ROWS["standard"][0]).fit(array)
    found = []
    for raw in (mapped, array):
        inputs = NetworkInputs(raw, scaling, np.dtype(np.float32), str).load()
        batches = TrainingBatches(Dataset(inputs, targets, weights, weights), size, shuffle=shuffle, seed=3)
        found.append(
            [
                (batch.inputs.tobytes(), batch.targets.tobytes(), batch.weights.tobytes())
                for number in (1, 2)
                for batch in batches.epoch(number, skip)
            ]
        )
    assert found[0] == found[1]
    assert len(found[0]) == 2 * max(0, -(-50 // size) - skip)


@pytest.mark.parametrize("row", [0, 23, 49])
@pytest.mark.parametrize("read", ["slices", "gather"])
def test_the_error_for_a_value_too_large_for_the_dtype_names_its_row(tmp_path, row, read):
    array = np.random.default_rng(0).normal(size=(50, 6))
    array[row, 3] = 1e39
    np.save(tmp_path / "x.npy", array)
    rows = array_rows(MemoryMapped(np.load(tmp_path / "x.npy", mmap_mode="r")), None, "x.npy", "", "")
    kept = np.random.default_rng(1).permutation(50)
    some = rows.take(kept)
    inputs = NetworkInputs(some.inputs, None, np.dtype(np.float32), some.place)
    with pytest.raises(DataError, match=rf"x\.npy: row {row} \(counted from 0\): a value is too large for float32"):
        inputs[:] if read == "slices" else inputs.gather(np.arange(50)[::-1], np.empty((50, 6), np.float32))
    wide = np.array([[3e38, 3e38]])
    assert np.isfinite(NetworkInputs(wide, None, np.dtype(np.float32), str)[:]).all(), (
        "3e38 fits float32, although its square does not"
    )
