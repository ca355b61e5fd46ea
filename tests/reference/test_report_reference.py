"""Compare per-class metrics and balanced class weights with scikit-learn's values, stored in `report.json`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nncli.data.weights.class_weights import class_weights
from nncli.nn.evaluation.classification_report import ConfusionMatrix

FILE = Path(__file__).with_name("report.json")
REFERENCE = json.loads(FILE.read_text())
over_all = pytest.mark.parametrize("case", REFERENCE["reports"], ids=[case["about"] for case in REFERENCE["reports"]])


def arrays(case, rows=slice(None)):
    """Return (prediction, targets, weights) of some rows, in the form in which a loss passes them to metrics."""
    prediction = np.array(case["prediction"])[rows]
    targets = np.array(case["targets"])[rows]
    if prediction.shape[1] == 1:
        targets = targets.reshape(-1, 1).astype(float)
    return prediction, targets, None if case["weights"] is None else np.array(case["weights"])[rows]


def agree(report, case):
    for name, expected in case["values"].items():
        np.testing.assert_allclose(getattr(report, name), expected, rtol=1e-12, atol=1e-12, err_msg=name)


@over_all
def test_per_class_metrics_match_scikit_learn(case):
    measure = ConfusionMatrix()
    agree(measure.report(measure.measure(*arrays(case)), len(case["values"]["support"])), case)


@over_all
def test_per_class_metrics_of_merged_parts_match_scikit_learn(case):
    measure, state = ConfusionMatrix(), np.empty(0)
    for start in range(0, len(case["targets"]), 7):
        state = measure.merge(state, measure.measure(*arrays(case, slice(start, start + 7))))
    agree(measure.report(state, len(case["values"]["support"])), case)


def test_the_reference_has_difficult_cases():
    values = [case["values"] for case in REFERENCE["reports"]]
    assert {len(case["support"]) for case in values} == {2, 3, 13}
    assert any(0 in case["support"] for case in values)
    assert any(
        support and not precision
        for case in values
        for support, precision in zip(case["support"], case["precision"], strict=True)
    )
    assert {case["weights"] is None for case in REFERENCE["reports"]} == {True, False}


@pytest.mark.parametrize("case", REFERENCE["balanced"], ids=lambda case: str(len(case["targets"])))
def test_balanced_class_weights_match_scikit_learn(case):
    targets = np.array(case["targets"])
    names = tuple(map(str, range(len(case["weights"]))))
    np.testing.assert_allclose(class_weights("balanced", names, targets), case["weights"], rtol=1e-15)
