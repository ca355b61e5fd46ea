"""Find the classes among labels, and encode labels as class indices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.tables.number_parsing import parse_number
from nncli.data.tables.text_column import TextColumn
from nncli.data.target_encoding.label_text import class_order, normalize_labels

MAX_SHOWN_WHEN_MIXED, MAX_SHOWN_WHEN_UNKNOWN = 8, 12  # maximum number of class names in a message


def all_classes(rows: Rows) -> tuple[str, ...]:
    """Return the distinct labels of some rows, in the order of `class_order`.

    Raises:
        DataError: if the targets are not labels, or numbers and texts are mixed.
    """
    labels = text_labels(rows)
    present = labels.unique()
    numeric = [parse_number(name) is not None for name in present]
    if any(numeric) and not all(numeric):
        is_number = labels.mask([parse_number(value) is not None for value in labels.values])
        rarer = is_number if is_number.sum() * 2 <= len(labels) else ~is_number
        row, usual = int(rarer.argmax()), int(rarer.argmin())
        kinds = ("a number", "text") if is_number[row] else ("text", "a number")
        raise DataError(
            f"{rows.target_place(row)}: the label {labels[row]!r} is {kinds[0]}, but {labels[usual]!r} is {kinds[1]}; "
            f"correct it, or list the labels with classes: "
            f"[{_listed(class_order(present), MAX_SHOWN_WHEN_MIXED)}]"
        )
    return class_order(present)


def keep_classes(rows: Rows, classes: tuple[str, ...], *, all_needed: bool = True) -> Rows:
    """Return the rows whose label is one of `classes`, and count the others as dropped.

    Args:
        rows: rows with labels as targets.
        classes: the labels to keep.
        all_needed: whether every class needs a row, as in training.

    Raises:
        DataError: if a needed class has no row, or if none of the classes has a row.
    """
    labels = text_labels(rows)
    present = set(labels.unique())
    for name in classes:
        if name not in present and (all_needed or not present & set(classes)):
            raise DataError(f"no row has the class {name!r}{suggestion(name, class_order(present))}", key="classes")
    kept = np.flatnonzero(labels.mask([value in classes for value in labels.values]))
    dropped = rows.dropped + len(rows) - len(kept)
    return replace(rows.take(kept) if len(kept) < len(rows) else rows, dropped=dropped)


def text_labels(rows: Rows) -> TextColumn:
    """Return the labels of rows as text.

    Raises:
        DataError: if the targets are not labels.
    """
    targets = rows.targets
    assert targets is not None
    if isinstance(targets, np.ndarray) and targets.dtype.kind == "f" and not np.isfinite(targets).all():
        finite = np.isfinite(targets).reshape(len(rows), -1).all(axis=1)
        bad = int(finite.argmin())
        raise DataError(f"{rows.target_place(bad)}: expected a label; got {targets[bad]}")
    try:
        return normalize_labels(targets)
    except ValueError as error:
        name = ", ".join(rows.target_names)
        wanted = "for numbers use a regression loss such as mean_squared_error"
        raise DataError(f"targets {name!r}: {error}; {wanted}", key="targets") from None


def encode(rows: Rows, classes: tuple[str, ...]) -> Array:
    """Return the class indices (n,) of the rows' labels.

    Raises:
        DataError: if a label is not among the classes; names the first such row.
    """
    labels = text_labels(rows)
    numbers = {name: index for index, name in enumerate(classes)}
    encoded = np.array([numbers.get(value, -1) for value in labels.values], np.int64)[labels.codes]
    if (encoded < 0).any():
        row = int((encoded < 0).argmax())
        known = _listed(classes, MAX_SHOWN_WHEN_UNKNOWN)
        raise DataError(f"{rows.target_place(row)}: the label {labels[row]!r} is not one of the classes {known}")
    return encoded


def _listed(names: tuple[str, ...], count: int) -> str:
    return ", ".join(names[:count]) + (", ..." if len(names) > count else "")
