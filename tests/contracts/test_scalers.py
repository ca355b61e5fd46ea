"""The contract of all scalers in the table."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from nncli.core.task import Task
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import array_rows
from nncli.data.scalers import NoScaler, Scaler
from tests.contracts.table import SCALER_ROWS, name_of
from tests.contracts.values import made
from tests.data.only_slices import OnlySlices

CASES = [case for cases in SCALER_ROWS.values() for case in cases]
TABLE = np.random.default_rng(0).normal(size=(50, 3)) * (1, 1000, 1e-6) + (0, -5000, 7)
IMAGES = np.random.default_rng(1).integers(0, 255, (20, 4, 3, 2)).astype(np.uint8)


def scaler(case) -> Scaler:
    return cast("Scaler", made(case))


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("x", [TABLE, IMAGES], ids=["table", "images"])
def test_undo_inverts_apply(case, x):
    fitted = scaler(case).fit(x)
    if fitted is None:
        assert isinstance(scaler(case), NoScaler)
        return
    np.testing.assert_allclose(fitted.undo(fitted.apply(x)), x, rtol=1e-12, atol=1e-9)
    assert fitted.apply(x).dtype == fitted.undo(x).dtype == np.float64
    assert fitted.apply(x).shape == fitted.undo(x).shape == x.shape


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("x", [TABLE, IMAGES], ids=["table", "images"])
def test_columns_are_scaled_independently(case, x):
    whole = scaler(case).fit(x)
    for column in range(x.shape[-1]):
        changed = np.random.default_rng(2).normal(7, 3, x.shape)
        changed[..., column] = x[..., column]
        other = scaler(case).fit(changed)
        if whole is None or other is None:
            assert whole is other
            continue
        assert other.apply(changed)[..., column].tobytes() == whole.apply(x)[..., column].tobytes()
        assert other.undo(changed)[..., column].tobytes() == whole.undo(x.astype(float))[..., column].tobytes()


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("x", [TABLE, IMAGES], ids=["table", "images"])
def test_arrays_that_are_read_in_slices_give_the_same_scaling(case, x):
    whole, sliced = scaler(case).fit(x), scaler(case).fit(OnlySlices(x))
    if whole is None or sliced is None:
        assert whole is sliced
        return
    assert whole.state() == sliced.state()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_rows_are_scaled_independently_and_not_modified(case):
    fitted, x = scaler(case).fit(TABLE), TABLE.copy()
    if fitted is None:
        return
    whole, back = fitted.apply(x), fitted.undo(x)
    assert x.tobytes() == TABLE.tobytes()
    for start in (0, 13):
        assert fitted.apply(x[start : start + 4]).tobytes() == whole[start : start + 4].tobytes()
        assert fitted.undo(x[start : start + 4]).tobytes() == back[start : start + 4].tobytes()
    assert fitted.apply(x[:0]).shape == fitted.undo(x[:0]).shape == (0, 3)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_constant_column_stays_finite(case):
    x = np.full((7, 2), 0.1)
    for rows in (x, x[:1]):
        fitted = scaler(case).fit(rows)
        if fitted is not None:
            assert np.isfinite(fitted.apply(x)).all()
            assert np.isfinite(fitted.apply(x + 1)).all()
            np.testing.assert_allclose(fitted.undo(fitted.apply(x)), x, rtol=1e-15)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_restored_scaler_gives_the_same_bits(case):
    rows = replace(array_rows(TABLE, TABLE[:, ::-1], "x", "y", "y"), target_names=("0", "1", "2"))
    preprocessing = Preprocessing.fit(rows, task=Task("numbers"), input_scaler=scaler(case), target_scaler=scaler(case))
    stored = Preprocessing.restore(json.loads(json.dumps(preprocessing.state())))
    for dtype in (np.float32, np.float64):
        before, after = preprocessing.inputs(rows, np.dtype(dtype)), stored.inputs(rows, np.dtype(dtype))
        assert before.dtype == dtype
        assert before.tobytes() == after.tobytes()
    targets = preprocessing.targets(rows)
    assert targets.tobytes() == stored.targets(rows).tobytes()
    assert preprocessing.original_targets(targets).tobytes() == stored.original_targets(targets).tobytes()
    np.testing.assert_allclose(stored.original_targets(targets), TABLE[:, ::-1], rtol=1e-12, atol=1e-9)
    assert preprocessing.state() == stored.state()
