"""Class labels: compared as text, in numeric order where all are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.tables.numbers import number_of, written
from nncli.data.tables.texts import Texts


def as_text(labels: Array | Texts) -> Texts:
    """Labels as text: 5, 5.0 and "5" are the same. One-hot rows stand for their column's number.

    Raises:
        ValueError: where labels are neither text nor whole numbers nor one-hot rows.
    """
    if not isinstance(labels, Texts):
        labels = _distinct(labels)
    _refuse_measurements(labels)
    names = [_canonical(value) for value in labels.values]
    known = {name: index for index, name in enumerate(dict.fromkeys(names))}
    if len(known) == len(names):
        return Texts(labels.codes, tuple(names))
    return Texts(np.array([known[name] for name in names], np.int32)[labels.codes], tuple(known))


def _distinct(labels: Array) -> Texts:
    """The labels of an array as text."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "biuf":
        if not is_one_hot(labels):
            raise ValueError(f"expected one label a row, or one-hot rows; got rows of {labels.shape[1]} numbers")
        labels = labels.argmax(axis=1)
    if labels.ndim != 1:
        raise ValueError(f"expected one label a row; got the shape {labels.shape}")
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8")
    values, codes = np.unique(labels, return_inverse=True)
    if values.dtype.kind == "f":
        broken = values != np.round(values)
        if broken.any():
            raise ValueError(f"class labels are text or whole numbers; got {values[int(broken.argmax())]}")
        return Texts(codes.astype(np.int32), tuple(written(value) for value in values.tolist()))
    return Texts(codes.astype(np.int32), tuple(str(value) for value in values))


def is_one_hot(labels: Array) -> bool:
    """Whether every row of (n, columns) numbers has a single 1 and else 0."""
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _refuse_measurements(labels: Texts) -> None:
    """Text that is nothing but numbers, not all of them whole, is no label."""
    numbers = [number_of(value) for value in labels.present()]
    if any(number is None for number in numbers):
        return
    broken = next((number for number in numbers if number is not None and number != round(number)), None)
    if broken is not None:
        raise ValueError(f"class labels are text or whole numbers; got {broken}")


def _canonical(text: str) -> str:
    whole, dot, rest = text.partition(".")
    return whole if dot and not rest.strip("0") and whole.lstrip("-").isdigit() else text


def class_order(labels: Iterable[str]) -> tuple[str, ...]:
    """The distinct labels: numbers in numeric order, text in text order."""
    numbers = {label: number_of(label) for label in labels}
    if any(number is None for number in numbers.values()):
        return tuple(sorted(numbers))
    return tuple(sorted(numbers, key=lambda label: (numbers[label], label)))


def all_classes(rows: Rows) -> tuple[str, ...]:
    """All labels of some rows, in order.

    Raises:
        DataError: where the targets are no labels, or numbers and texts are mixed.
    """
    labels = text_labels(rows)
    present = labels.present()
    numeric = [number_of(name) is not None for name in present]
    if any(numeric) and not all(numeric):
        are_numbers = labels.where([number_of(value) is not None for value in labels.values])
        rarer = are_numbers if are_numbers.sum() * 2 <= len(labels) else ~are_numbers
        row, usual = int(rarer.argmax()), int(rarer.argmin())
        kinds = ("a number", "text") if are_numbers[row] else ("text", "a number")
        shown = ", ".join(class_order(present)[:8]) + (", ..." if len(present) > 8 else "")
        raise DataError(
            f"{rows.target_place(row)}: the label {labels[row]!r} is {kinds[0]}, but {labels[usual]!r} is {kinds[1]}; "
            f"mend it, or say with classes: which labels there are ({shown})"
        )
    return class_order(present)


def keep_classes(rows: Rows, classes: tuple[str, ...], *, all_needed: bool = True) -> Rows:
    """The rows whose label is one of `classes`, with the count of the others.

    Args:
        rows: with labels as targets.
        classes: the labels to keep.
        all_needed: whether every class has to have a row, as in training.

    Raises:
        DataError: where a class that is needed has no row, or none has one.
    """
    labels = text_labels(rows)
    found = set(labels.present())
    for name in classes:
        if name not in found and (all_needed or not found & set(classes)):
            raise DataError(f"no row has the class {name!r}{suggestion(name, class_order(found))}", key="classes")
    kept = np.flatnonzero(labels.where([value in classes for value in labels.values]))
    left_out = rows.left_out + len(rows) - len(kept)
    return replace(rows.take(kept) if len(kept) < len(rows) else rows, left_out=left_out)


def text_labels(rows: Rows) -> Texts:
    """The labels of rows as text.

    Raises:
        DataError: where the targets are no labels.
    """
    targets = rows.targets
    assert targets is not None
    if isinstance(targets, np.ndarray) and targets.dtype.kind == "f" and not np.isfinite(targets).all():
        finite = np.isfinite(targets).reshape(len(rows), -1).all(axis=1)
        bad = int(finite.argmin())
        raise DataError(f"{rows.target_place(bad)}: expected a label; got {targets[bad]}")
    try:
        return as_text(targets)
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
    encoded = np.array([numbers.get(value, -1) for value in labels.values], np.int64)[labels.codes]
    if (encoded < 0).any():
        row = int((encoded < 0).argmax())
        known = ", ".join(classes[:12]) + (", ..." if len(classes) > 12 else "")
        raise DataError(f"{rows.target_place(row)}: the label {labels[row]!r} is none of the classes {known}")
    return encoded
