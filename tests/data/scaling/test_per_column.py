"""Scale named columns with separate scalers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import DataError
from nncli.core.registry import SCALERS
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import array_rows
from nncli.data.scalers import (
    Affine,
    DivideScaler,
    MinMaxScaler,
    NoScaler,
    PerColumnScaler,
    QuantileScaler,
    RobustScaler,
    Scaler,
    StandardScaler,
)
from tests.data.make_sources import fitted, rows
from tests.data.only_slices import OnlySlices

F64 = np.dtype(np.float64)
TABLE = """\
age,city,income,price
20,Paris,100,1
30,Rome,1000,2
40,,50,4
70,Paris,7,8
"""


def per_column(columns, others="none") -> PerColumnScaler:
    """Return the per-column scaler that a config with these values describes."""
    found = build(SCALERS, {"type": "per_column", "columns": columns, "others": others})
    assert isinstance(found, PerColumnScaler)
    return found


@pytest.fixture
def table(tmp_path):
    """Return rows of a table with the features age, city=(blank), city=Paris, city=Rome and income."""
    (tmp_path / "t.csv").write_text(TABLE)
    return rows(path=tmp_path / "t.csv", targets="price")


def scaled(table, columns, others="none"):
    """Return the inputs of a table, scaled per column."""
    return fitted(table, inputs=per_column(columns, others)).inputs(table, F64)


def test_named_columns_and_other_columns_have_their_own_scalers(table):
    raw = fitted(table).inputs(table, F64)
    found = scaled(table, {"age": "standard", "income": {"type": "quantile", "quantiles": 3}}, "minmax")
    np.testing.assert_array_equal(found[:, [0]], StandardScaler().fit(raw[:, [0]]).apply(raw[:, [0]]))
    np.testing.assert_array_equal(found[:, [4]], QuantileScaler(quantiles=3).fit(raw[:, [4]]).apply(raw[:, [4]]))
    np.testing.assert_array_equal(found[:, 1:4], raw[:, 1:4])  # min-max scaling does not change values from 0 to 1
    assert (found[:, 0] != raw[:, 0]).all()


def test_other_columns_are_unchanged_by_default(table):
    raw = fitted(table).inputs(table, F64)
    found = scaled(table, {"income": {"type": "divide", "by": 2}})
    assert (found[:, :4] == raw[:, :4]).all()
    assert (found[:, 4] == raw[:, 4] / 2).all()


def test_a_text_column_or_one_of_its_categories_can_be_named(table):
    raw = fitted(table).inputs(table, F64)
    whole = scaled(table, {"city": {"type": "divide", "by": 2}})
    assert (whole[:, 1:4] == raw[:, 1:4] / 2).all()
    one = scaled(table, {"city=Paris": {"type": "divide", "by": 2}, "city=(blank)": {"type": "divide", "by": 4}})
    assert (one[:, 1:4] == raw[:, 1:4] / (4, 2, 1)).all()
    assert (one[:, [0, 4]] == raw[:, [0, 4]]).all()


def test_per_column_scalers_can_be_nested(table):
    raw = fitted(table).inputs(table, F64)
    inner = {"type": "per_column", "columns": {"city=Rome": {"type": "divide", "by": 8}}, "others": "standard"}
    found = scaled(table, {"city": inner, "age": "minmax"})
    assert (found[:, 3] == raw[:, 3] / 8).all()
    np.testing.assert_allclose(found[:, 1:3].std(axis=0), 1)
    assert (found[:, 4] == raw[:, 4]).all()


def test_channels_and_columns_without_names_are_named_by_their_indices():
    x = np.random.default_rng(0).normal(5, 3, (9, 4, 2, 3))
    for given in (x, OnlySlices(x)):
        scaling = per_column({"2": "standard", 0: "robust"}).fit(given)
        y = scaling.apply(x)
        assert (y[..., 1] == x[..., 1]).all()
        np.testing.assert_allclose(y[..., 2].std(), 1)
        np.testing.assert_allclose(np.median(y[..., 0]), 0, atol=1e-15)
        np.testing.assert_allclose(scaling.undo(y), x, rtol=1e-14)
    with pytest.raises(DataError, match=r"no column '3'\. Known: 0, 1, 2") as caught:
        per_column({"3": "standard"}).fit(x)
    assert caught.value.path == ("columns", "3")


@pytest.mark.parametrize(
    ("columns", "path", "message"),
    [
        (
            {"agee": "standard"},
            ("columns", "agee"),
            "no column 'agee'; did you mean 'age'? Known: age, city, income, city=(blank), city=Paris, city=Rome",
        ),
        (
            {"zzz": "standard", "incom": "minmax"},
            ("columns",),
            "no columns 'zzz', 'incom' (did you mean 'income'?). "
            "Known: age, city, income, city=(blank), city=Paris, city=Rome",
        ),
        ({"price": "standard"}, ("columns", "price"), "no column 'price'."),
        ({"0": "standard"}, ("columns", "0"), "no column '0'."),
        (
            {"city": "standard", "city=Rome": "minmax"},
            ("columns", "city=Rome"),
            "already has a scaler as part of 'city'; drop one of the two",
        ),
        (
            {"city": {"type": "per_column", "columns": {"age": "standard"}}},
            ("columns", "city", "columns", "age"),
            "no column 'age'",
        ),
    ],
)
def test_unknown_column_names_are_refused(table, columns, path, message):
    with pytest.raises(DataError) as caught:
        fitted(table, inputs=per_column(columns))
    assert str(caught.value).startswith(message)
    assert caught.value.path == ("scale_inputs", *path)


def test_too_many_quantiles_for_a_checkpoint_are_refused(monkeypatch):
    monkeypatch.setattr("nncli.data.scalers.quantile.MAX_QUANTILES", 40)
    x = np.random.default_rng(0).normal(size=(30, 4))
    with pytest.raises(DataError, match=r"30 quantiles of 4 columns; .*write quantiles: 10") as caught:
        per_column({"0": "standard"}, {"type": "quantile"}).fit(np.hstack([x, x[:, :1]]))
    assert caught.value.path == ("others", "quantiles")
    assert QuantileScaler(quantiles=10).fit(x).quantiles.shape == (10, 4)


def test_targets_are_scaled_by_name_and_unscaled():
    x, y = np.zeros((30, 1)) + 1.0, np.random.default_rng(1).gamma(2, 100, (30, 3))
    found = replace(array_rows(x, y, "x", "y", "y"), target_names=("low", "mid", "high"))
    scaler = per_column({"high": "quantile", "low": "standard"})
    preprocessing = fitted(found, targets=scaler)
    targets = preprocessing.targets(found)
    np.testing.assert_allclose(targets[:, 0].std(), 1)
    assert (targets[:, 1] == y[:, 1]).all()
    assert targets[:, 2].max() == pytest.approx(5.2, abs=1e-3)
    np.testing.assert_allclose(preprocessing.original_targets(targets), y, rtol=1e-12)
    beyond = replace(found, targets=y * 9 - 50)
    np.testing.assert_allclose(preprocessing.original_targets(preprocessing.targets(beyond)), y * 9 - 50, rtol=1e-11)
    with pytest.raises(DataError, match="did you mean 'high'"):
        fitted(found, targets=per_column({"hig": "quantile"}))
    stored = Preprocessing.restore(json.loads(json.dumps(preprocessing.state())))
    assert stored.targets(found).tobytes() == targets.tobytes()
    assert stored.original_targets(targets).tobytes() == preprocessing.original_targets(targets).tobytes()


def test_fit_returns_none_if_no_column_is_scaled():
    assert per_column({"0": "none"}).fit(np.ones((2, 2))) is None


def test_columns_with_the_same_scaler_are_read_together():
    class Counting(OnlySlices):
        reads = 0

        def __getitem__(self, index):
            self.reads += 1
            return super().__getitem__(index)

    x = Counting(np.random.default_rng(0).normal(size=(10, 6)))
    per_column({"0": "minmax", "2": "minmax", "5": "minmax"}, "robust").fit(x)
    assert x.reads == 2


def test_affine_scalings_of_columns_are_merged_into_one(table):
    scaling = fitted(table, inputs=per_column({"age": "standard", "income": "minmax"}, "none")).input_scaling
    assert isinstance(scaling._affine, Affine)
    assert list(scaling._others) == []
    assert scaling._affine.shift.tolist() == [40, 0, 0, 0, 7]
    assert scaling._affine.scale[4] == 993


def test_a_plugin_scaler_gets_an_array_of_its_columns():
    seen = []

    @dataclass(frozen=True)
    class Halving(Scaler):
        def fit(self, x):
            assert isinstance(x, np.ndarray)
            seen.append(x.shape)
            return Affine(np.zeros(x.shape[-1]), np.full(x.shape[-1], 2.0))

    Halving.__module__ = "a_plugin"
    SCALERS.register("halving")(Halving)
    try:
        x = np.random.default_rng(0).normal(size=(10, 6))
        lazy = OnlySlices(x, convertible=True)
        assert (Halving().fit_named(lazy, {}).apply(x) == x / 2).all()
        y = per_column({"0": "halving", "3": "halving"}, "halving").fit(lazy).apply(x)
        assert (y == x / 2).all()
        assert seen == [(10, 6), (10, 1), (10, 1), (10, 4)], (
            "each named column is fitted separately, because the fit of a plugin may mix columns"
        )
    finally:
        SCALERS.forget("a_plugin")


def test_all_scalers_but_per_column_ignore_column_names():
    x = np.random.default_rng(0).normal(size=(10, 2))
    for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler(), DivideScaler(by=3), QuantileScaler()):
        assert scaler.fit_named(x, {}).state() == scaler.fit(x).state()
    assert NoScaler().fit_named(x, {}) is None
