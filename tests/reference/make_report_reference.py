"""Write `report.json`: per-class metrics and balanced class weights computed by scikit-learn.

nncli itself does not need scikit-learn. Run this in a separate environment:

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python tests/reference/make_report_reference.py

The same versions write the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.utils.class_weight import compute_class_weight

FILE = Path(__file__).with_name("report.json")
RANDOM = np.random.default_rng(47)


def report(about: str, units: int, targets: np.ndarray, weights: np.ndarray | None, only: int | None = None) -> Any:
    """Return one case; if `only` is set, only the first `only` classes are predicted."""
    classes = np.arange(max(2, units))
    prediction = RANDOM.random((len(targets), units)).round(3)
    if only is not None:
        prediction[:, only:] = 0
    if units > 1:  # makes some predictions correct
        prediction[np.arange(len(targets)), targets] += 0.4 * (RANDOM.random(len(targets)) < 0.5)
        prediction = prediction.round(3)
    chosen = (prediction[:, 0] > 0.5).astype(int) if units == 1 else prediction.argmax(axis=1)
    some = {"labels": classes, "sample_weight": weights}
    measures = precision_recall_fscore_support(targets, chosen, zero_division=0, **some)
    values = {
        name: np.asarray(values, float).tolist()
        for name, values in zip(("precision", "recall", "f1", "support"), measures, strict=True)
    }
    values["confusion"] = np.asarray(confusion_matrix(targets, chosen, **some), float).tolist()
    return {
        "about": about,
        "prediction": prediction.tolist(),
        "targets": targets.tolist(),
        "weights": None if weights is None else weights.tolist(),
        "values": values,
    }


def reports() -> list[Any]:
    """Return cases with and without weights, and with classes that are absent or never predicted."""
    found = []
    for units, rows in ((1, 20), (2, 20), (3, 30), (13, 60)):
        classes = max(2, units)
        targets = RANDOM.integers(0, classes, rows)
        whole = np.arange(rows) % 4.0
        part = RANDOM.uniform(0.01, 3, rows).round(3)
        for about, weights in (("no weights", None), ("integer weights", whole), ("any weights", part)):
            found.append(report(f"{units} units, {about}", units, targets, weights))
            few = np.minimum(targets, classes - 2)
            found.append(report(f"{units} units, a class absent, {about}", units, few, weights))
            if units > 1:
                found.append(
                    report(f"{units} units, a class never predicted, {about}", units, targets, weights, units - 1)
                )
    return found


def balanced() -> list[Any]:
    """Return cases of balanced class weights."""
    found = []
    for counts in ((5, 5), (1, 9), (3, 3, 3), (1, 10, 100), (7, 2, 2, 50, 1)):
        targets = RANDOM.permutation(np.repeat(np.arange(len(counts)), counts))
        weights = compute_class_weight("balanced", classes=np.arange(len(counts)), y=targets)
        found.append({"targets": targets.tolist(), "weights": weights.tolist()})
    return found


def main() -> None:
    """Write the file."""
    made_with = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
    content = {"made_with": made_with, "reports": reports(), "balanced": balanced()}
    FILE.write_text(json.dumps(content) + "\n")
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} KB, with {made_with}")


if __name__ == "__main__":
    main()
