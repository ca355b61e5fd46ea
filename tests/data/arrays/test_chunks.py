"""Arrays that may be larger than memory are read in chunks."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.registry import SCALERS
from nncli.data.arrays import chunks as chunks_module
from nncli.data.arrays import row_sampling
from nncli.data.arrays.chunks import chunks
from nncli.data.arrays.column_subset import ColumnSubset
from nncli.data.arrays.finite_check import is_finite
from nncli.data.arrays.row_sampling import sample_rows
from nncli.data.scalers import Affine, RobustScaler, StandardScaler
from tests.data.only_slices import OnlySlices

RANDOM = np.random.default_rng(0)


def test_chunks_yield_all_rows_in_order():
    x = np.arange(200_000 * 2).reshape(-1, 2)
    parts = list(chunks(OnlySlices(x)))
    assert [len(part) for part in parts] == [65536, 65536, 65536, 3392]
    assert (np.concatenate(parts) == x).all()


@pytest.mark.parametrize(("shape", "max_rows"), [((100, 64, 64, 3), 100), ((9, 600, 1000, 3), 2), ((3, 3000, 2000), 1)])
def test_a_chunk_is_at_most_32_megabytes_of_float64_or_one_row(shape, max_rows):
    x = OnlySlices(np.zeros(shape, np.uint8))
    parts = list(chunks(x))
    assert x.largest_slice == max_rows
    assert max(part.size for part in parts) * 8 <= max(1 << 25, 8 * np.prod(shape[1:]))
    assert sum(map(len, parts)) == shape[0]


@pytest.mark.parametrize("name", [name for name in SCALERS.names() if name not in ("divide", "per_column")])
def test_scalers_fitted_in_many_chunks_equal_scalers_fitted_in_one_chunk(name, monkeypatch):
    x = RANDOM.normal(3, 2, (50, 4, 5, 2)).astype(np.float32)
    one = SCALERS.find(name)().fit(x)
    monkeypatch.setattr(chunks_module, "MAX_CHUNK_ROWS", 7)
    many = SCALERS.find(name)().fit(OnlySlices(x))
    if one is None:
        assert many is None
        return
    np.testing.assert_allclose(many.apply(x), one.apply(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seek_bytes", [1, 1 << 30], ids=["one by one", "in chunks"])
@pytest.mark.parametrize("chunk_rows", [1, 7, 64, 1000])
def test_evenly_spaced_rows_of_a_large_array_are_sampled(monkeypatch, seek_bytes, chunk_rows):
    monkeypatch.setattr(row_sampling, "MAX_WHOLE_ENTRIES", 299)
    monkeypatch.setattr(row_sampling, "MAX_SAMPLED_ENTRIES", 90)
    monkeypatch.setattr(row_sampling, "MIN_SEEK_BYTES", seek_bytes)
    monkeypatch.setattr(chunks_module, "MAX_CHUNK_ROWS", chunk_rows)
    x = np.arange(300).reshape(100, 1, 3)
    for rows in (x, OnlySlices(x)):
        found = sample_rows(rows)
        assert found.dtype == x.dtype
        assert found.tolist() == x[::4, 0].tolist()
    fitted = RobustScaler().fit(OnlySlices(x))
    assert fitted.shift.tolist() == np.median(x[::4, 0], axis=0).tolist()
    monkeypatch.setattr(row_sampling, "MAX_WHOLE_ENTRIES", 300)
    assert sample_rows(OnlySlices(x)).tolist() == x[:, 0].tolist()


def test_a_column_subset_equals_indexing():
    x = RANDOM.normal(size=(20, 2, 5))
    some = ColumnSubset(OnlySlices(x, convertible=True), [4, 0])
    assert (len(some), some.shape, some.dtype) == (20, (20, 2, 2), x.dtype)
    assert (some[3:6] == x[3:6][..., [4, 0]]).all()
    assert (np.asarray(some) == x[..., [4, 0]]).all()
    assert np.asarray(some, np.float32).dtype == np.float32


def test_channels_of_images_are_scaled_separately():
    x = RANDOM.integers(0, 255, (6, 3, 4, 2)).astype(np.uint8)
    shift, scale = np.array([3.0, 7.0]), np.array([0.3, 11.0])
    scaling = Affine(shift, scale)
    assert (scaling.apply(x) == (x - shift) / scale).all()
    assert (scaling.undo(x) == x * scale + shift).all()
    assert (scaling.apply(x[:, ::2, ::-1]) == (x[:, ::2, ::-1] - shift) / scale).all()


def test_a_large_offset_over_many_chunks_loses_no_precision(monkeypatch):
    monkeypatch.setattr(chunks_module, "MAX_CHUNK_ROWS", 10)
    x = RANDOM.normal(size=(999, 2)) + np.array([1e9, -1e-9])
    fitted = StandardScaler().fit(x)
    np.testing.assert_allclose(fitted.scale, x.std(axis=0), rtol=1e-9)
    np.testing.assert_allclose(fitted.shift, x.mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_entry_that_is_not_finite_is_found(dtype, bad):
    x = RANDOM.random((7, 9)).astype(dtype)
    for array in (x, x[:, ::2], np.asfortranarray(x)):
        assert is_finite(array)
        array[3, 2] = bad
        assert not is_finite(array)
        array[3, 2] = 0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_large_values_are_finite(dtype):
    largest = np.full((5, 3), np.finfo(dtype).max, dtype)
    assert is_finite(largest)
    assert is_finite(-largest)
    assert is_finite(largest[:0])
    largest[4, 2] = np.nan
    assert not is_finite(largest)
