"""Compare scalers with scikit-learn's results, which `make_scalers.py` stored in `scalers.npz`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nncli.core import normal_distribution
from nncli.core.builder import build
from nncli.core.registry import SCALERS
from nncli.data.scalers import Scaler
from tests.data.only_slices import OnlySlices

FILE = Path(__file__).with_name("scalers.npz")
with np.load(FILE, allow_pickle=False) as file:
    ARRAYS = {name: file[name] for name in file.files}
CASES = sorted({tuple(name.split("/")[:2]) for name in ARRAYS if name.count("/") == 2})


def scaler(label) -> Scaler:
    name, _, count = label.partition("-")
    found = build(SCALERS, {"type": name, **({"quantiles": int(count)} if count else {})})
    assert isinstance(found, Scaler)
    return found


def agree(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_every_kind_of_input_is_covered():
    assert FILE.stat().st_size < 150_000
    assert {label for _, label in CASES} == {"standard", "minmax", "robust", "quantile", "quantile-5"}
    assert {name for name, _ in CASES} >= {"random", "ties", "constant", "one_row", "two_rows", "float32", "many"}
    assert ARRAYS["float32/x"].dtype == np.float32


@pytest.mark.parametrize(("name", "label"), CASES, ids=map("-".join, CASES))
def test_scalers_match_scikit_learn(name, label):
    x, new = ARRAYS[f"{name}/x"], ARRAYS[f"{name}/new"]
    for rows in (x, OnlySlices(x)):
        fitted = scaler(label).fit(rows)
        agree(fitted.apply(x), ARRAYS[f"{name}/{label}/x"])
        agree(fitted.apply(new), ARRAYS[f"{name}/{label}/new"])
        agree(fitted.undo(ARRAYS[f"{name}/scores"]), ARRAYS[f"{name}/{label}/undone"])


def test_quantile_matches_scipy():
    np.testing.assert_allclose(
        normal_distribution.quantile(ARRAYS["normal/p"]), ARRAYS["normal/ndtri"], rtol=1e-13, atol=0
    )
    assert normal_distribution.quantile(np.array([0.0, 0.5, 1.0])).tolist() == [-np.inf, 0, np.inf]
    assert normal_distribution.quantile(np.zeros((0, 2))).shape == (0, 2)
    assert normal_distribution.quantile(np.full((3, 2), 0.99)).shape == (3, 2)


def test_cdf_matches_scipy():
    # SciPy first rounds z / sqrt(2), which causes a difference of 1.1e-13 in the far tail
    np.testing.assert_allclose(normal_distribution.cdf(ARRAYS["normal/z"]), ARRAYS["normal/ndtr"], rtol=2e-13, atol=0)
    assert normal_distribution.cdf(np.array([-np.inf, 0, np.inf])).tolist() == [0, 0.5, 1]
    assert normal_distribution.cdf(np.zeros((0, 2))).shape == (0, 2)
