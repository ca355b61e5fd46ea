"""Confusion matrix and scores of every class, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.evaluation.classification_report import ConfusionMatrix


def test_a_probability_of_one_half_predicts_the_first_class():
    measure = ConfusionMatrix()
    report = measure.report(measure.measure(np.array([[0.5], [0.51]]), np.array([[1.0], [1.0]]), None), 2)
    assert report.confusion.tolist() == [[0, 0], [1, 1]]


def test_confusion_matrix_rows_are_actual_classes():
    measure = ConfusionMatrix()
    prediction = np.eye(3)[[1, 1, 2]]
    report = measure.report(measure.measure(prediction, np.array([0, 0, 2]), np.array([1, 2.5, 1])), 3)
    assert report.confusion.tolist() == [[0, 3.5, 0], [0, 0, 0], [0, 0, 1]]
    assert report.support.tolist() == [3.5, 0, 1]
    assert report.precision.tolist() == [0, 0, 1]
    assert report.recall.tolist() == [0, 0, 1]
    assert report.f1.tolist() == [0, 0, 1]
