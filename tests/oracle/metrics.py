"""The metrics once more, row by row, in plain Python from their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

Rows = Sequence[Any]


def _entries(predictions: Rows, targets: Rows, weights: Sequence[float]) -> list[tuple[float, float, float]]:
    """(weight, prediction, target) of every entry of every row."""
    return [
        (float(weight), float(p), float(t))
        for weight, prediction, target in zip(weights, predictions, targets, strict=True)
        for p, t in zip(np.ravel(prediction), np.ravel(target), strict=True)
    ]


def mae(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The weighted mean of |prediction - target| over all entries."""
    entries = _entries(predictions, targets, weights)
    return sum(w * abs(p - t) for w, p, t in entries) / sum(w for w, _, _ in entries)


def rmse(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The root of the weighted mean of (prediction - target)^2 over all entries."""
    entries = _entries(predictions, targets, weights)
    return sqrt(sum(w * (p - t) ** 2 for w, p, t in entries) / sum(w for w, _, _ in entries))


def r2(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """1 - squares left / squares about the mean, for every unit by itself, then the mean over the units."""
    scores = []
    for unit in range(np.asarray(predictions).reshape(len(predictions), -1).shape[1]):
        column = [
            (float(w), float(np.ravel(p)[unit]), float(np.ravel(t)[unit]))
            for w, p, t in zip(weights, predictions, targets, strict=True)
        ]
        mean = sum(w * t for w, _, t in column) / sum(w for w, _, _ in column)
        about_mean = sum(w * (t - mean) ** 2 for w, _, t in column)
        left = sum(w * (p - t) ** 2 for w, p, t in column)
        scores.append(1 - left / about_mean if about_mean else 1.0 - (left > 0))
    return sum(scores) / len(scores)


def accuracy(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The weighted share of rows whose largest entry, the first of several, is the target's; one entry is P(1)."""
    right = 0.0
    for weight, prediction, target in zip(weights, predictions, targets, strict=True):
        scores = (
            [1 - float(prediction[0]), float(prediction[0])] if len(prediction) == 1 else [float(p) for p in prediction]
        )
        right += float(weight) * (scores.index(max(scores)) == int(np.ravel(target)[0]))
    return right / sum(float(weight) for weight in weights)
