"""Write `metrics.npz`: metrics that scikit-learn computes for random and degenerate predictions.

nncli itself does not need scikit-learn. Run this in a separate environment:

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python tests/reference/make_metrics_reference.py

The same versions write the same bytes. The file holds one array `cases` (JSON in UTF-8) and the
arrays of the cases. For each case, `cases` lists pairs of a metric config and its value, and the names of the arrays
of this case. Several cases may use the same array.

scikit-learn computes some metrics in the dtype of the predictions; nncli computes all metrics in float64. Therefore,
float32 predictions are converted to float64 before the stored values are computed; for log_loss, they are also
clipped with the epsilon of float32. The script asserts that the values that scikit-learn computes in float32 agree
up to rounding.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn import metrics

FILE = Path(__file__).with_name("metrics.npz")
RANDOM = np.random.default_rng(31)
CASES: list[dict[str, Any]] = []
ARRAYS: dict[str, np.ndarray] = {}
ROWS = 24


def add(about: str, prediction: np.ndarray, targets: np.ndarray, weights: np.ndarray | None, values: Any) -> None:
    """Add one case with those values that are not None."""
    known = [[config, value] for config, value in values if value is not None]
    assert known, about
    arrays = {"prediction": prediction, "targets": targets} | ({} if weights is None else {"weights": weights})
    CASES.append({"about": about, "values": known, "arrays": {key: stored(array) for key, array in arrays.items()}})


def stored(array: np.ndarray) -> str:
    """Return the name of an array; equal arrays are stored only once."""
    for name, other in ARRAYS.items():
        if other.dtype == array.dtype and other.shape == array.shape and (other == array).all():
            return name
    name = str(len(ARRAYS))
    ARRAYS[name] = array
    return name


def value_of(function: Callable[..., Any], *arguments: Any, **keys: Any) -> float | None:
    """Return scikit-learn's value, or None if it raises an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns about undefined metrics
        try:
            return float(function(*arguments, **keys))
        except ValueError:
            return None


def of_numbers(prediction: np.ndarray, targets: np.ndarray, weights: np.ndarray | None) -> Iterator[tuple[Any, Any]]:
    """Yield the config and the value of every regression metric."""
    some = {"sample_weight": weights}
    yield {"type": "mape"}, value_of(metrics.mean_absolute_percentage_error, targets, prediction, **some)
    yield {"type": "median_absolute_error"}, value_of(metrics.median_absolute_error, targets, prediction, **some)


def of_classes(prediction: np.ndarray, targets: np.ndarray, weights: np.ndarray | None) -> Iterator[tuple[Any, Any]]:
    """Yield the config and the value of every classification metric."""
    some = {"sample_weight": weights}
    units = prediction.shape[1]
    classes = np.arange(max(2, units))
    chosen = prediction[:, 0] > 0.5 if units == 1 else prediction.argmax(axis=1)
    chosen = chosen.astype(int)
    for name, function in (
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ):
        for average in (
            ("binary", "macro", "weighted", "micro") if len(classes) == 2 else ("macro", "weighted", "micro")
        ):
            value = value_of(function, targets, chosen, average=average, zero_division=0, **some)
            yield {"type": name, "average": average}, value
            if average == ("binary" if len(classes) == 2 else "macro"):
                yield {"type": name}, value

    second = prediction[:, -1]
    if len(classes) == 2:
        yield {"type": "roc_auc"}, value_of(metrics.roc_auc_score, targets, second, **some)
        yield {"type": "average_precision"}, value_of(metrics.average_precision_score, targets, second, **some)
        for k in (1, 2):
            value = value_of(metrics.top_k_accuracy_score, targets, second, k=k, labels=classes, **some)
            yield {"type": "top_k_accuracy", "k": k}, value
    else:
        one_hot = (targets[:, None] == classes).astype(int)  # targets in this form may lack a class
        for average in ("macro", "weighted"):
            keys = {"average": average, **some}
            value = value_of(metrics.roc_auc_score, targets, prediction, multi_class="ovr", labels=classes, **keys)
            yield {"type": "roc_auc", "average": average}, value
            value = value_of(metrics.average_precision_score, one_hot, prediction, **keys)
            yield {"type": "average_precision", "average": average}, value
        for k in (1, 2, 3, 4, 5):
            value = value_of(metrics.top_k_accuracy_score, targets, prediction, k=k, labels=classes, **some)
            yield {"type": "top_k_accuracy", "k": k}, value

    exact = prediction.astype(np.float64)
    both = np.hstack((1 - exact, exact)) if units == 1 else exact
    epsilon = np.finfo(prediction.dtype).eps
    loss = value_of(metrics.log_loss, targets, np.clip(both, epsilon, 1 - epsilon), labels=classes, **some)
    brier = value_of(metrics.brier_score_loss, targets, both, labels=classes, **some)
    for value, function in ((loss, metrics.log_loss), (brier, metrics.brier_score_loss)):
        own = np.hstack((1 - prediction, prediction)) if units == 1 else prediction
        np.testing.assert_allclose(
            value_of(function, targets, own, labels=classes, **some), value, rtol=1e-5, atol=1e-7
        )
    yield {"type": "log_loss"}, loss
    yield {"type": "brier"}, brier


def probabilities(rows: int, units: int) -> np.ndarray:
    """Draw random probabilities."""
    numbers = np.exp(1.5 * RANDOM.standard_normal((rows, units)))
    return numbers / (1 + numbers) if units == 1 else numbers / numbers.sum(axis=1, keepdims=True)


def with_ties(rows: int, units: int) -> np.ndarray:
    """Draw probabilities with many ties: multiples of 1/4 for one unit, otherwise multiples of 1/8 that sum to 1."""
    if units == 1:
        return RANDOM.integers(0, 5, (rows, 1)) / 4
    return RANDOM.multinomial(8, np.full(units, 1 / units), rows) / 8


def weights_of(rows: int) -> Iterator[tuple[str, np.ndarray | None]]:
    """Yield no weights, integer weights with zeros, and arbitrary weights."""
    yield "no weights", None
    whole = np.arange(rows) % 4.0
    yield "integer weights", whole if rows > 1 else whole + 2
    yield "any weights", np.round(RANDOM.uniform(0, 3, rows) + 0.01, 3)


def add_classes() -> None:
    """Add cases with one unit, with two classes and with more classes."""
    for units in (1, 2, 3, 5):
        classes = max(2, units)
        targets = np.concatenate((np.arange(classes), RANDOM.integers(0, classes, ROWS - classes)))
        few = np.concatenate((np.arange(classes - 1), RANDOM.integers(0, classes - 1, ROWS - classes + 1)))
        never = probabilities(ROWS, units)
        never[:, -1] *= 0.01
        if units > 1:
            never /= never.sum(axis=1, keepdims=True)
        sure = np.eye(classes)[RANDOM.integers(0, classes, ROWS)]
        sure = sure[:, 1:] if units == 1 else sure
        correct = np.eye(classes)[targets]
        correct = correct[:, 1:] if units == 1 else correct
        alike = np.full((ROWS, units), 0.5 if units == 1 else 1 / units)
        single = probabilities(1, units)
        kinds = {
            "random": (probabilities(ROWS, units), targets),
            "float32": (probabilities(ROWS, units).astype(np.float32), targets),
            "ties": (with_ties(ROWS, units), targets),
            "ties in float32": (with_ties(ROWS, units).astype(np.float32), targets),
            "all scores equal": (alike, targets),
            "all scores equal in float32": (alike.astype(np.float32), targets),
            "the first class only": (probabilities(ROWS, units), np.zeros(ROWS, int)),
            "the last class only": (probabilities(ROWS, units), np.full(ROWS, classes - 1)),
            "a class never predicted": (never, targets),
            "a class absent": (probabilities(ROWS, units), few),
            "a class absent with ties": (with_ties(ROWS, units), few),
            "sure, and some wrong": (sure, targets),
            "sure in float32": (sure.astype(np.float32), targets),
            "all correct": (correct, targets),
            "one row of the first class": (single, np.array([0])),
            "one row of the last class": (single, np.array([classes - 1])),
        }
        for about, (prediction, actual) in kinds.items():
            for weighed, weights in weights_of(len(actual)):
                what = f"{classes} classes, {units} columns: {about}, {weighed}"
                add(what, prediction, actual, weights, of_classes(prediction, actual, weights))
        only = np.where(targets == 1, 0.0, 1.0)  # the second class has no weight
        prediction = probabilities(ROWS, units)
        add(f"{classes} classes: one without weight", prediction, targets, only, of_classes(prediction, targets, only))


def add_numbers() -> None:
    """Add cases with one target and with several targets."""

    def draw(rows: int, units: int) -> np.ndarray:
        return np.round(RANDOM.standard_normal((rows, units)), 2)

    for units in (1, 3):
        targets = draw(ROWS, units)
        zeros = targets * (np.arange(ROWS)[:, None] % 3 > 0)
        kinds = {
            "random": (draw(ROWS, units), targets),
            "an odd number of rows": (draw(ROWS - 1, units), targets[:-1]),
            "float32": (draw(ROWS, units).astype(np.float32), targets.astype(np.float32)),
            "ties": (np.round(targets), np.round(targets) + RANDOM.integers(-2, 3, targets.shape)),
            "all errors equal": (targets + 0.5, targets),
            "all correct": (targets, targets),
            "far from zero": (1e4 + draw(ROWS, units), 1e4 + draw(ROWS, units)),
            "targets of zero": (zeros + 0.25 * draw(ROWS, units), zeros),
            "one row": (draw(1, units), draw(1, units)),
            "two rows": (draw(2, units), draw(2, units) + 1),
        }
        for about, (prediction, actual) in kinds.items():
            for weighed, weights in weights_of(len(actual)):
                exact = prediction.astype(np.float64), actual.astype(np.float64), weights
                add(f"{units} targets: {about}, {weighed}", prediction, actual, weights, of_numbers(*exact))
        equal = np.where(np.arange(8) < 4, 1.0, 0.0)  # the first four of eight rows have all the weight
        add(
            f"{units} targets: half without weight",
            *(last := (draw(8, units), draw(8, units), equal)),
            of_numbers(*last),
        )


def main() -> None:
    """Write the file."""
    add_classes()
    add_numbers()
    made_with = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
    text = json.dumps({"made_with": made_with, "cases": CASES})
    np.savez_compressed(FILE, cases=np.frombuffer(text.encode(), np.uint8), **ARRAYS)
    count = sum(len(case["values"]) for case in CASES)
    print(f"{FILE.name}: {count} values in {len(CASES)} cases, {FILE.stat().st_size / 1024:.0f} KB, with {made_with}")


if __name__ == "__main__":
    main()
