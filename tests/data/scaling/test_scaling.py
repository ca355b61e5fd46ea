"""Scaling is fitted to the training rows only, separately for inputs and targets, and undone for targets."""

from __future__ import annotations

import json
from statistics import NormalDist

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.builder import build
from nncli.core.errors import ConfigError
from nncli.core.registry import SCALERS
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import array_rows
from nncli.data.scalers import DivideScaler, MinMaxScaler, QuantileScaler, RobustScaler, StandardScaler
from nncli.data.scaling import restore_scaling
from tests.data.make_sources import fitted
from tests.workflows import tiny

F64 = np.dtype(np.float64)
X = np.array([[1.0, 10, 7], [2, 30, 7], [6, 20, 7]])
Y = np.array([[100.0], [300], [200]])


def arrays(x, y=None):
    """Return rows with the inputs x and the targets y."""
    return array_rows(np.asarray(x), None if y is None else np.asarray(y), "x", "y", "y")


def test_standard_scaling_agrees_with_a_calculation_by_hand():
    scaled = StandardScaler().fit(X).apply(X)
    # mean 3, deviations -2 -1 3, variance (4 + 1 + 9) / 3
    expected = np.array([-2, -1, 3]) / np.sqrt(14 / 3)
    np.testing.assert_allclose(scaled[:, 0], expected, rtol=1e-15)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-15)


def test_minmax_scaling_agrees_with_a_calculation_by_hand():
    assert MinMaxScaler().fit(X).apply(X)[:, :2].tolist() == [[0, 0], [0.2, 1], [1, 0.5]]


def test_the_divide_scaler_divides_by_a_positive_number():
    assert DivideScaler(by=4).fit(X).apply(X).tolist() == (X / 4).tolist()
    with pytest.raises(ConfigError):
        build(SCALERS, {"type": "divide", "by": 0})


def test_robust_scaling_agrees_with_a_calculation_by_hand():
    x = np.array([[1.0, 5], [2, 5], [3, 5], [5, 5], [100, 6]])
    # the quartiles of the first column are 2, 3 and 5 (the outlier has no effect); those of the second are all 5
    assert RobustScaler().fit(x).apply(x).tolist() == [[-2 / 3, 0], [-1 / 3, 0], [0, 0], [2 / 3, 0], [97 / 3, 1]]


def test_quantile_scaling_agrees_with_a_calculation_by_hand():
    x = np.array([[10.0], [20], [20], [20], [50]])
    scaling = QuantileScaler(quantiles=5).fit(x)
    # 20 is the quantile at 1/4, 1/2 and 3/4 and is placed at 1/2; 35 is halfway between the quantiles at 3/4 and 1
    found = scaling.apply(np.array([[20.0], [35.0], [15.0]]))
    np.testing.assert_allclose(found, [[0], [NormalDist().inv_cdf(0.875)], [NormalDist().inv_cdf(0.125)]], rtol=1e-14)
    ends = scaling.apply(np.array([[10.0], [-7], [50], [1e300]]))[:, 0]
    np.testing.assert_allclose(ends, np.array([-1, -1, 1, 1]) * NormalDist().inv_cdf(1 - 1e-7), rtol=1e-8)
    assert scaling.undo(np.array([[0.0], [-8], [8]])).tolist() == [[20], [10], [50]]
    np.testing.assert_allclose(scaling.undo(found), [[20], [35], [15]], rtol=1e-14)


def test_targets_beyond_the_training_range_can_be_unscaled():
    x = np.array([[10.0, 3], [20, 3], [20, 3], [70, 3]])
    cut, lossless = QuantileScaler().fit(x), QuantileScaler().fit(x).lossless()
    assert (lossless.apply(x) == cut.apply(x)).all()
    for new in (x, x + 100, x - 100, x + np.array([1e-3, 0]), x * 1e6):
        np.testing.assert_allclose(lossless.undo(lossless.apply(new)), new, rtol=1e-12)
    y = lossless.apply(np.array([[70 + 60 / 10.4, 4.0]]))[0]  # from 10 to 70, x changes by 60 and y by 10.4
    np.testing.assert_allclose(y, cut.apply(np.array([[70.0, 4]]))[0] + 1, rtol=1e-4)
    assert cut.undo(cut.apply(x + 100)).tolist() == [[70, 3]] * 4
    y = np.array([[200.0], [15], [-50]])
    preprocessing = fitted(arrays(x, x[:, :1]), inputs=QuantileScaler(), targets=QuantileScaler())
    new = arrays(x[:3] + 100, y)
    for found in (preprocessing, Preprocessing.restore(json.loads(json.dumps(preprocessing.state())))):
        np.testing.assert_allclose(found.original_targets(found.targets(new)), y, rtol=1e-12)
        assert found.inputs(new, F64).max() == cut.apply(x).max()


@pytest.mark.parametrize("factor", [1e-12, 1.0, 1e12])
def test_quantiles_do_not_depend_on_the_unit(factor):
    x = np.random.default_rng(0).gamma(2, 1, (200, 1))
    scaled = QuantileScaler().fit(x * factor).apply(x * factor)
    np.testing.assert_allclose(scaled, QuantileScaler().fit(x).apply(x), rtol=1e-9)


def test_quantile_scaling_gives_a_normal_distribution():
    x = np.random.default_rng(0).gamma(0.5, 1000, (20_000, 2))
    scaled = QuantileScaler().fit(x).apply(x)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=0.02)


def test_a_scaling_has_one_number_per_column_or_channel():
    for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler(), DivideScaler(by=3)):
        scaling = scaler.fit(np.random.default_rng(0).normal(size=(5, 4, 3, 2)))
        assert scaling.shift.shape == scaling.scale.shape == (2,)


def test_stored_scalings_without_a_kind_are_affine():
    stored = {**fitted(arrays(X, Y)).state(), "input_scaling": {"shift": [1.0, 2, 3], "scale": [4.0, 5, 6]}}
    preprocessing = Preprocessing.restore(stored)
    assert (preprocessing.inputs(arrays(X), F64) == (X - (1, 2, 3)) / (4, 5, 6)).all()
    assert preprocessing.state() == stored


def test_an_unknown_kind_of_scaling_is_refused():
    with pytest.raises(ValueError, match="unknown kind of scaling 'cubic'"):
        restore_scaling({"kind": "cubic"})


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), RobustScaler()])
@pytest.mark.parametrize("value", [7.0, 0.1, 1e9 + 0.1, -3e-9, 0.0])
def test_a_constant_column_becomes_zero(scaler, value):
    column = np.full((1001, 1), value)
    assert (scaler.fit(column).apply(column) == 0).all()
    other = scaler.fit(column).apply(column + 1)
    assert np.isfinite(other).all(), "later rows may differ"


def test_a_constant_column_is_noted():
    found = arrays(X)
    preprocessing = fitted(found.__class__(**{**found.__dict__, "feature_names": ("a", "b", "c"), "targets": Y}))
    assert preprocessing.notes == ["columns that are constant in the training rows: c"]


def test_images_are_scaled_by_channel():
    x = np.random.default_rng(0).normal([1.0, -5.0], [2.0, 0.5], (20, 4, 3, 2))
    scaled = StandardScaler().fit(x).apply(x)
    np.testing.assert_allclose(scaled.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=(0, 1, 2)), 1, rtol=1e-12)


def test_large_offsets_lose_no_precision():
    x = np.random.default_rng(0).normal(size=(1000, 1)).astype(np.float32) + np.float32(1e4)
    scaling = StandardScaler().fit(x)
    np.testing.assert_allclose(scaling.scale, x.astype(np.float64).std(), rtol=1e-9)


@pytest.mark.parametrize("name", ["standard", "minmax"])
def test_held_out_rows_are_scaled_by_statistics_of_the_training_rows(tmp_path, name):
    values = tiny.regression()
    values["data"] |= {"test": {"fraction": 0.2}, "scale_inputs": name, "scale_targets": "none"}
    values["dtype"] = "float64"
    session = load_config(tiny.write(tmp_path, values)).session()
    raw = np.loadtxt(tmp_path / tiny.LINE, delimiter=",", skiprows=1)
    row_of = {price: row for row, price in enumerate(raw[:, 2])}
    train = raw[[row_of[price] for price in session.train.targets[:, 0]], :2]
    assert len(train) == 30
    shift, scale = (train.mean(0), train.std(0)) if name == "standard" else (train.min(0), np.ptp(train, axis=0))
    for part in (session.train, session.validation, session.test):
        unscaled = raw[[row_of[price] for price in part.targets[:, 0]], :2]
        np.testing.assert_allclose(part.inputs, (unscaled - shift) / scale, rtol=1e-12, atol=1e-12)


def test_targets_are_scaled_by_statistics_of_the_training_targets(tmp_path):
    values = tiny.regression(dtype="float64")
    session = load_config(tiny.write(tmp_path, values)).session()
    raw = np.loadtxt(tmp_path / tiny.LINE, delimiter=",", skiprows=1)
    original = session.preprocessing.original_targets(session.train.targets)[:, 0]
    assert set(np.round(original, 3)) <= set(raw[:, 2])
    np.testing.assert_allclose(session.train.targets[:, 0], (original - original.mean()) / original.std(), rtol=1e-9)
    held = session.preprocessing.original_targets(session.validation.targets)[:, 0]
    np.testing.assert_allclose(session.validation.targets[:, 0], (held - original.mean()) / original.std(), rtol=1e-9)


def test_inputs_and_targets_are_scaled_separately():
    found = arrays(X, Y)
    neither = fitted(found)
    inputs, targets = fitted(found, inputs=StandardScaler()), fitted(found, targets=StandardScaler())
    assert (inputs.targets(found) == Y).all()
    assert (targets.inputs(found, F64) == X).all()
    assert (neither.inputs(found, F64) == X).all()
    np.testing.assert_allclose(targets.targets(found).std(), 1)
    np.testing.assert_allclose(targets.original_targets(targets.targets(found)), Y, rtol=1e-15)


def test_every_target_is_scaled_separately():
    y = np.array([[1.0, 1000], [2, 3000], [3, 2000]])
    scaled = fitted(arrays(X, y), targets=StandardScaler()).targets(arrays(X, y))
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_storing_and_restoring_keeps_every_bit():
    random = np.random.default_rng(1)
    x, y = random.normal(3, 1 / 3, (20, 5)), random.normal(1e5, 7, (20, 2))
    before = fitted(arrays(x, y), inputs=StandardScaler(), targets=MinMaxScaler())
    after = Preprocessing.restore(json.loads(json.dumps(before.state())))
    assert after.inputs(arrays(x), F64).tobytes() == before.inputs(arrays(x), F64).tobytes()
    assert after.targets(arrays(x, y)).tobytes() == before.targets(arrays(x, y)).tobytes()
    assert after.state() == before.state()


def test_more_rows_than_a_chunk_are_scaled():
    x = np.arange(20_000.0).reshape(-1, 1)
    preprocessing = fitted(arrays(x, x), inputs=DivideScaler(by=2))
    assert (preprocessing.inputs(arrays(x), F64) == x / 2).all()
