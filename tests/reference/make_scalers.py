"""Write `scalers.npz`: results of scikit-learn's scalers and of SciPy's normal distribution.

nncli itself needs neither package. Run this in a separate environment:

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python tests/reference/make_scalers.py

The same versions on the same machine write the same bytes. For every input NAME, the file holds NAME/x,
NAME/new (other rows) and NAME/scores (scaled values). Every scaler SCALER is fitted to NAME/x; NAME/SCALER/x
and NAME/SCALER/new are the scaled rows, and NAME/SCALER/undone is the inverse transformation of NAME/scores. All
results are computed in float64, even for float32 inputs.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from scipy.special import ndtr, ndtri
from sklearn import preprocessing

FILE = Path(__file__).with_name("scalers.npz")
SCALERS = {
    "standard": preprocessing.StandardScaler,
    "minmax": preprocessing.MinMaxScaler,
    "robust": preprocessing.RobustScaler,
    "quantile": lambda: preprocessing.QuantileTransformer(output_distribution="normal", subsample=None),
    "quantile-5": lambda: preprocessing.QuantileTransformer(
        n_quantiles=5, output_distribution="normal", subsample=None
    ),
}


def inputs() -> dict[str, np.ndarray]:
    """Return arrays of all kinds of input by name."""
    random = np.random.default_rng(21)
    normal = np.round(random.standard_normal((60, 3)) * (1, 1000, 0.01) + (0, -5000, 7), 4)
    ties = random.integers(0, 4, (60, 2)).astype(np.float64)
    mostly = np.where(random.random((60, 1)) < 0.8, 0.0, np.round(random.exponential(size=(60, 1)), 3))
    return {
        "random": normal,
        "skewed": np.round(np.exp(3 * random.standard_normal((41, 2))), 5),
        "ties": np.hstack([ties, mostly]),
        "constant": np.hstack([np.full((9, 1), 0.1), np.arange(9.0)[:, np.newaxis], np.full((9, 1), -30.25)]),
        "one_row": normal[:1],
        "two_rows": normal[:2],
        "float32": np.round(normal, 2).astype(np.float32),
        "whole": random.integers(-9, 250, (30, 2)),
        "many": np.round(random.gamma(2.0, size=(1500, 1)), 4),
    }


def main() -> None:
    """Write the file."""
    warnings.simplefilter("ignore")  # scikit-learn warns if there are fewer rows than quantiles
    arrays: dict[str, np.ndarray] = {}
    random = np.random.default_rng(22)
    for name, x in inputs().items():
        wide = np.asarray(x, np.float64)
        spread = np.maximum(wide.std(axis=0), 1.0)
        new = np.round(wide.mean(axis=0) + 2 * spread * random.standard_normal((12, x.shape[1])), 3)
        new[:2] = wide[:2] if len(wide) > 1 else wide[0]
        scores = np.round(random.standard_normal((12, x.shape[1])) * 2, 2)
        scores[0], scores[1] = 6, -6
        arrays |= {f"{name}/x": x, f"{name}/new": new, f"{name}/scores": scores}
        for label, make in SCALERS.items():
            fitted = make().fit(wide)
            arrays[f"{name}/{label}/x"] = fitted.transform(wide)
            arrays[f"{name}/{label}/new"] = fitted.transform(new)
            arrays[f"{name}/{label}/undone"] = fitted.inverse_transform(scores)
    powers = 10.0 ** -np.arange(1, 308, 6)
    shares = np.concatenate(
        [powers, 1 - 10.0 ** -np.arange(1, 16.5, 0.5), np.linspace(0.001, 0.999, 200), [0.075, 0.925]]
    )
    scores = np.concatenate([np.linspace(-37, 8, 181), [0.0, 1e-300, -1e-17]])
    arrays |= {"normal/p": shares, "normal/ndtri": ndtri(shares), "normal/z": scores, "normal/ndtr": ndtr(scores)}
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main()
