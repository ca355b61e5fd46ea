"""Class labels: compared as text, in numeric order where all are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.rows import Rows


def as_text(labels: Array) -> Array:
    """Labels as text: 5, 5.0 and "5" are the same. One-hot rows stand for their column's number.

    Raises:
        ValueError: where labels are neither text nor whole numbers nor one-hot rows.
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "biuf":
        if not (((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all()):
            raise ValueError(f"expected one label a row, or one-hot rows; got rows of {labels.shape[1]} numbers")
        labels = labels.argmax(axis=1)
    if labels.ndim != 1:
        raise ValueError(f"expected one label a row; got the shape {labels.shape}")
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8")
    if labels.dtype.kind == "f":
        whole = labels.astype(np.int64)
        if not (whole == labels).all():
            bad = labels[int((whole != labels).argmax())]
            raise ValueError(f"class labels are text or whole numbers; got {bad}")
        labels = whole
    values, inverse = np.unique(labels, return_inverse=True)
    _refuse_measurements(values)
    return np.array([_canonical(str(value)) for value in values], dtype=object)[inverse]


def _refuse_measurements(values: Array) -> None:
    """Text that is nothing but numbers, not all of them whole, is no label."""
    if values.dtype.kind not in "OU":
        return
    try:
        numbers = values.astype(np.float64)
    except ValueError:
        return
    broken = numbers != np.round(numbers)
    if broken.any():
        raise ValueError(f"class labels are text or whole numbers; got {values[int(broken.argmax())]}")


def _canonical(text: str) -> str:
    whole, dot, rest = text.partition(".")
    return whole if dot and not rest.strip("0") and whole.lstrip("-").isdigit() else text


def class_order(labels: Iterable[str]) -> tuple[str, ...]:
    """The distinct labels: numbers in numeric order, text in text order."""
    distinct = set(labels)
    try:
        return tuple(sorted(distinct, key=lambda label: (float(label), label)))
    except ValueError:
        return tuple(sorted(distinct))


def keep_classes(rows: Rows, classes: tuple[str, ...], *, all_needed: bool = True) -> Rows:
    """The rows whose label is one of `classes`, with the count of the others.

    Args:
        rows: with labels as targets.
        classes: the labels to keep.
        all_needed: whether every class has to have a row, as in training.

    Raises:
        DataError: where a class that is needed has no row, or none has one.
    """
    assert rows.targets is not None
    labels = text_labels(rows)
    found = set(labels.tolist())
    for name in classes:
        if name not in found and (all_needed or not found & set(classes)):
            raise DataError(f"no row has the class {name!r}{suggestion(name, class_order(found))}", key="classes")
    kept = np.flatnonzero(np.isin(labels, classes))
    left_out = rows.left_out + len(rows) - len(kept)
    return replace(rows.take(kept) if len(kept) < len(rows) else rows, left_out=left_out)


def text_labels(rows: Rows) -> Array:
    """The labels of rows as text.

    Raises:
        DataError: where the targets are no labels.
    """
    assert rows.targets is not None
    if rows.targets.dtype.kind == "f" and not np.isfinite(rows.targets).all():
        finite = np.isfinite(rows.targets).reshape(len(rows), -1).all(axis=1)
        bad = int(finite.argmin())
        raise DataError(f"{rows.target_place(bad)}: expected a label; got {rows.targets[bad]}")
    try:
        return as_text(rows.targets)
    except ValueError as error:
        name = ", ".join(rows.target_names)
        wanted = "for numbers use a regression loss such as mean_squared_error"
        raise DataError(f"targets {name!r}: {error}; {wanted}", key="targets") from None


def encode(rows: Rows, classes: tuple[str, ...]) -> Array:
    """Class numbers (n,) of the rows' labels.

    Raises:
        DataError: naming the first row with a label that is none of the classes.
    """
    labels = text_labels(rows)
    numbers = {name: index for index, name in enumerate(classes)}
    encoded = np.array([numbers.get(label, -1) for label in labels], np.int64)
    if (encoded < 0).any():
        row = int((encoded < 0).argmax())
        known = ", ".join(classes[:12]) + (", ..." if len(classes) > 12 else "")
        raise DataError(f"{rows.target_place(row)}: the label {labels[row]!r} is none of the classes {known}")
    return encoded
