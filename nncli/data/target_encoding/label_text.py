"""Normalize labels to text, so that 5, 5.0 and "5" are the same label."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.number_parsing import format_number, parse_number
from nncli.data.tables.text_column import TextColumn


def normalize_labels(labels: Array | TextColumn) -> TextColumn:
    """Return labels as text: 5, 5.0 and "5" become the same text. One-hot rows become the index of their 1.

    Raises:
        ValueError: if labels are neither text nor whole numbers nor one-hot rows.
    """
    if not isinstance(labels, TextColumn):
        labels = _factorize_array(labels)
    _refuse_measurements(labels)
    names = [_without_zero_decimals(value) for value in labels.values]
    codes = {name: index for index, name in enumerate(dict.fromkeys(names))}
    if len(codes) == len(names):
        return TextColumn(labels.codes, tuple(names))
    return TextColumn(np.array([codes[name] for name in names], np.int32)[labels.codes], tuple(codes))


def is_one_hot(labels: Array) -> bool:
    """Whether every row of an array (n, columns) has a single 1, and all other entries are 0."""
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def class_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct labels: in numeric order if all are numbers, otherwise sorted as text."""
    numbers = {label: parse_number(label) for label in labels}
    if any(number is None for number in numbers.values()):
        return tuple(sorted(numbers))
    return tuple(sorted(numbers, key=lambda label: (numbers[label], label)))


def _factorize_array(labels: Array) -> TextColumn:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "biuf":
        if not is_one_hot(labels):
            raise ValueError(f"expected one label per row, or one-hot rows; got rows of {labels.shape[1]} numbers")
        labels = labels.argmax(axis=1)
    if labels.ndim != 1:
        raise ValueError(f"expected one label per row; got the shape {labels.shape}")
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8")
    values, codes = np.unique(labels, return_inverse=True)
    if values.dtype.kind == "f":
        fractional = values != np.round(values)
        if fractional.any():
            raise ValueError(f"class labels are text or whole numbers; got {values[int(fractional.argmax())]}")
        return TextColumn(codes.astype(np.int32), tuple(format_number(value) for value in values.tolist()))
    return TextColumn(codes.astype(np.int32), tuple(str(value) for value in values))


def _refuse_measurements(labels: TextColumn) -> None:
    """Refuse measurements: labels that are all numbers, some of them with decimals."""
    numbers = [parse_number(value) for value in labels.unique()]
    if any(number is None for number in numbers):
        return
    fractional = next((number for number in numbers if number is not None and number != round(number)), None)
    if fractional is not None:
        raise ValueError(f"class labels are text or whole numbers; got {fractional}")


def _without_zero_decimals(text: str) -> str:
    whole, dot, decimals = text.partition(".")
    return whole if dot and not decimals.strip("0") and whole.lstrip("-").isdigit() else text
