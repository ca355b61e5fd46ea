"""Every scaler undoes what it does, column by column, and is the same after it was stored."""

from __future__ import annotations

import json
from typing import cast

import numpy as np
import pytest

from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import array_rows
from nncli.data.scalers import NoScaler, Scaler
from tests.contracts.table import SCALER_ROWS, name_of
from tests.contracts.values import made

CASES = [case for cases in SCALER_ROWS.values() for case in cases]
TABLE = np.random.default_rng(0).normal(size=(50, 3)) * (1, 1000, 1e-6) + (0, -5000, 7)
IMAGES = np.random.default_rng(1).integers(0, 255, (20, 4, 3, 2)).astype(np.uint8)


def scaler(case) -> Scaler:
    return cast("Scaler", made(case))


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("x", [TABLE, IMAGES], ids=["table", "images"])
def test_it_undoes_what_it_does(case, x):
    fitted = scaler(case).fit(x)
    if fitted is None:
        assert isinstance(scaler(case), NoScaler)
        return
    np.testing.assert_allclose(fitted.undo(fitted.apply(x)), x, rtol=1e-12, atol=1e-9)
    assert fitted.apply(x).dtype == np.float64
    assert fitted.shift.shape == fitted.scale.shape == (x.shape[-1],)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_column_is_scaled_by_itself(case):
    whole = scaler(case).fit(TABLE)
    for column in range(TABLE.shape[1]):
        alone = scaler(case).fit(TABLE[:, [column]])
        if whole is None or alone is None:
            assert whole is alone
            continue
        np.testing.assert_allclose(alone.shift[0], whole.shift[column], rtol=1e-13)
        np.testing.assert_allclose(alone.scale[0], whole.scale[column], rtol=1e-13)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_constant_column_stays_finite(case):
    x = np.full((7, 2), 0.1)
    fitted = scaler(case).fit(x)
    assert fitted is None or np.isfinite(fitted.apply(x)).all()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_it_is_the_same_after_it_was_stored(case):
    rows = array_rows(TABLE, np.arange(50.0), "x", "y", "y")
    preprocessing = Preprocessing.fit(
        rows, target_kind="numbers", classes=None, input_scaler=scaler(case), target_scaler=scaler(case)
    )
    stored = Preprocessing.restore(json.loads(json.dumps(preprocessing.state())))
    for dtype in (np.float32, np.float64):
        before, after = preprocessing.inputs(rows, np.dtype(dtype)), stored.inputs(rows, np.dtype(dtype))
        assert before.dtype == dtype
        assert before.tobytes() == after.tobytes()
    assert preprocessing.targets(rows).tobytes() == stored.targets(rows).tobytes()
