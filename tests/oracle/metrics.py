"""Metrics by their definitions, row by row in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log, nan, sqrt
from typing import Any

import numpy as np

Rows = Sequence[Any]


def _entries(predictions: Rows, targets: Rows, weights: Sequence[float]) -> list[tuple[float, float, float]]:
    """Return (weight, prediction, target) of every entry of every row."""
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
    """The square root of the weighted mean of (prediction - target)^2 over all entries."""
    entries = _entries(predictions, targets, weights)
    return sqrt(sum(w * (p - t) ** 2 for w, p, t in entries) / sum(w for w, _, _ in entries))


def r2(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The mean over the units of 1 - residual sum of squares / total sum of squares."""
    scores = []
    for unit in range(np.asarray(predictions).reshape(len(predictions), -1).shape[1]):
        column = [
            (float(w), float(np.ravel(p)[unit]), float(np.ravel(t)[unit]))
            for w, p, t in zip(weights, predictions, targets, strict=True)
        ]
        mean = sum(w * t for w, _, t in column) / sum(w for w, _, _ in column)
        total = sum(w * (t - mean) ** 2 for w, _, t in column)
        residual = sum(w * (p - t) ** 2 for w, p, t in column)
        scores.append(1 - residual / total if total else 1.0 - (residual > 0))
    return sum(scores) / len(scores)


def accuracy(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The weighted fraction of rows whose highest score (the first of equal ones) is at the target class."""
    rows = _score_rows(predictions, targets, weights)
    return sum(w for w, scores, actual in rows if _chosen(scores) == actual) / sum(w for w, _, _ in rows)


def _score_rows(predictions: Rows, targets: Rows, weights: Sequence[float]) -> list[tuple[float, list[float], int]]:
    """Return (weight, scores of all classes, target class) of every row; a single prediction is P(class 1)."""
    rows = []
    for weight, prediction, target in zip(weights, predictions, targets, strict=True):
        scores = [float(p) for p in prediction]
        rows.append((float(weight), [1 - scores[0], *scores] if len(scores) == 1 else scores, int(np.ravel(target)[0])))
    return rows


def _chosen(scores: list[float]) -> int:
    return scores.index(max(scores))


def top_k_accuracy(predictions: Rows, targets: Rows, weights: Sequence[float], k: int = 5) -> float:
    """The weighted fraction of rows whose target class has one of the k highest scores.

    Of classes with equal scores, the later one ranks first. For two classes and k = 1, the result equals accuracy.
    """
    rows = _score_rows(predictions, targets, weights)
    correct = 0.0
    for weight, scores, actual in rows:
        ranked = sorted(range(len(scores)), key=lambda number: (-scores[number], -number))[:k]
        if len(scores) == 2 and k == 1:
            ranked = [_chosen(scores)]
        correct += weight * (actual in ranked)
    return correct / sum(w for w, _, _ in rows)


def _average(
    predictions: Rows, targets: Rows, weights: Sequence[float], average: str | None, ratio: Callable[..., float]
) -> float:
    """Average a ratio, computed from (true positives, false positives, false negatives), over the classes."""
    rows = _score_rows(predictions, targets, weights)
    classes = len(rows[0][1])
    if average is None:
        average = "binary" if classes == 2 else "macro"
    counts: dict[int, tuple[float, float, float]] = {}
    support: dict[int, float] = {}
    for number in range(classes):
        pairs = [(w, _chosen(scores) == number, actual == number) for w, scores, actual in rows]
        if average == "binary" or any(is_chosen or is_actual for _, is_chosen, is_actual in pairs):
            counts[number] = (
                sum(w for w, is_chosen, is_actual in pairs if is_chosen and is_actual),
                sum(w for w, is_chosen, is_actual in pairs if is_chosen and not is_actual),
                sum(w for w, is_chosen, is_actual in pairs if is_actual and not is_chosen),
            )
            support[number] = sum(w for w, _, is_actual in pairs if is_actual)
    if average == "binary":
        return ratio(*counts[1])
    if average == "micro":
        return ratio(*(sum(column) for column in zip(*counts.values(), strict=True)))
    if average == "macro":
        return sum(ratio(*count) for count in counts.values()) / len(counts)
    return sum(support[number] * ratio(*count) for number, count in counts.items()) / sum(support.values())


def precision(predictions: Rows, targets: Rows, weights: Sequence[float], average: str | None = None) -> float:
    """True positives / (true positives + false positives)."""
    return _average(predictions, targets, weights, average, lambda tp, fp, fn: tp / (tp + fp) if tp else 0.0)


def recall(predictions: Rows, targets: Rows, weights: Sequence[float], average: str | None = None) -> float:
    """True positives / (true positives + false negatives)."""
    return _average(predictions, targets, weights, average, lambda tp, fp, fn: tp / (tp + fn) if tp else 0.0)


def f1(predictions: Rows, targets: Rows, weights: Sequence[float], average: str | None = None) -> float:
    """The harmonic mean of precision and recall."""

    def ratio(tp: float, fp: float, fn: float) -> float:
        return 2 / ((tp + fp) / tp + (tp + fn) / tp) if tp else 0.0

    return _average(predictions, targets, weights, average, ratio)


def of_labels(one: Callable[..., float], average: str = "macro") -> Callable[..., float]:
    """Return a multi-label metric that averages a metric of one label.

    Args:
        one: the metric of one label.
        average: macro for the mean over the labels, weighted for the mean weighted by the number of ones of each label,
            micro for the metric of the entries of all labels together.
    """

    def metric(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
        if average == "micro":
            flat = [np.reshape(values, (-1, 1)) for values in (predictions, targets)]
            return one(*flat, np.repeat(weights, np.shape(targets)[1]))
        columns = range(np.shape(targets)[1])
        each = [one([p[[at]] for p in predictions], [t[[at]] for t in targets], weights) for at in columns]
        if average == "macro":
            return sum(each) / len(each)
        ones = [sum(float(w) * float(t[at]) for w, t in zip(weights, targets, strict=True)) for at in columns]
        return sum(score * count for score, count in zip(each, ones, strict=True)) / sum(ones)

    return metric


def _average_rankings(
    predictions: Rows, targets: Rows, weights: Sequence[float], average: str, one: Callable[..., float]
) -> float:
    """Average a metric of one class against the others; of two classes, use only class 1.

    `one` computes this metric from (score, whether it is the target class, weight) of every row.
    """
    rows = _score_rows(predictions, targets, weights)
    classes = len(rows[0][1])
    each = {
        number: one([(scores[number], actual == number, w) for w, scores, actual in rows]) for number in range(classes)
    }
    if classes == 2:
        return each[1]
    support = {number: sum(w for w, _, actual in rows if actual == number) for number in each}
    if average == "macro":
        return sum(each.values()) / classes
    return sum(support[number] * each[number] for number in each if support[number]) / sum(support.values())


def roc_auc(predictions: Rows, targets: Rows, weights: Sequence[float], average: str = "macro") -> float:
    """The fraction of (positive row, negative row) pairs whose positive row scores higher; a tie counts half."""

    def one(ranked: list[tuple[float, bool, float]]) -> float:
        won = total = 0.0
        for score, positive, weight in ranked:
            for other, other_positive, other_weight in ranked:
                if positive and not other_positive:
                    total += weight * other_weight
                    won += weight * other_weight * ((score > other) + (score == other) / 2)
        return won / total if total else nan

    return _average_rankings(predictions, targets, weights, average, one)


def average_precision(predictions: Rows, targets: Rows, weights: Sequence[float], average: str = "macro") -> float:
    """The sum of (increase in recall) * precision over decreasing thresholds."""

    def one(ranked: list[tuple[float, bool, float]]) -> float:
        positives = sum(w for _, positive, w in ranked if positive)
        area = before = 0.0
        for threshold in sorted({score for score, _, _ in ranked}, reverse=True):
            above = [(positive, w) for score, positive, w in ranked if score >= threshold]
            found = sum(w for positive, w in above if positive)
            if found > before:
                area += (found - before) / positives * found / sum(w for _, w in above)
            before = found
        return area

    return _average_rankings(predictions, targets, weights, average, one)


def log_loss(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The weighted mean of -log P(class), with P clipped to [epsilon, 1 - epsilon] of its dtype."""
    epsilon = float(np.finfo(np.asarray(predictions).dtype).eps)
    rows = _score_rows(predictions, targets, weights)
    total = sum(-w * log(min(max(scores[actual], epsilon), 1 - epsilon)) for w, scores, actual in rows)
    return total / sum(w for w, _, _ in rows)


def brier(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The weighted mean of sum((P(class) - [is the class])^2 for all classes), halved for two classes."""
    rows = _score_rows(predictions, targets, weights)
    half = 0.5 if len(rows[0][1]) == 2 else 1.0
    total = sum(w * sum((p - (c == actual)) ** 2 for c, p in enumerate(scores)) for w, scores, actual in rows)
    return half * total / sum(w for w, _, _ in rows)


def mape(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The weighted mean of |prediction - target| / |target| over all entries."""
    entries = _entries(predictions, targets, weights)
    return sum(w * abs(p - t) / max(abs(t), 2.0**-52) for w, p, t in entries) / sum(w for w, _, _ in entries)


def median_absolute_error(predictions: Rows, targets: Rows, weights: Sequence[float]) -> float:
    """The mean over the units of the weighted median of |prediction - target|.

    The median is the midpoint of two values: the lowest value with half of the weight at or below it, and the highest
    value with half of the weight at or above it.
    """
    medians = []
    for unit in range(np.asarray(predictions).reshape(len(predictions), -1).shape[1]):
        column = [
            (abs(float(np.ravel(p)[unit]) - float(np.ravel(t)[unit])), float(w))
            for w, p, t in zip(weights, predictions, targets, strict=True)
            if w > 0
        ]
        total = sum(w for _, w in column)
        low = min(error for error, _ in column if sum(w for e, w in column if e <= error) >= total / 2)
        high = max(error for error, _ in column if sum(w for e, w in column if e >= error) >= total / 2)
        medians.append((low + high) / 2)
    return sum(medians) / len(medians)
