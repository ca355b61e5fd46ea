"""Infer from the targets whether they are class labels, multi-label targets or numbers."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.cells import parse_cells
from nncli.data.tables.number_parsing import parse_number
from nncli.data.tables.text_column import TextColumn, factorize
from nncli.data.target_encoding.label_text import is_one_hot
from nncli.data.target_encoding.multi_label import BOOLEANS

TargetKind: TypeAlias = Literal["classes", "multi_label", "numbers"]
MAX_INTEGER_CLASSES = 20  # whole numbers with more distinct values are not taken for classes
MIN_ROWS_PER_CLASS = 5  # whole numbers with fewer rows per class on average are not taken for classes


def infer_target_kind(targets: Array | TextColumn) -> tuple[TargetKind, bool]:
    """Return (kind of the targets, whether they may also be of another kind).

    Text, one-hot rows and booleans are classes. Whole numbers are classes if they have few distinct values, or if they
    have an unsigned dtype and their values repeat. Several columns are multi-label if they hold only false and true,
    or only 0 and 1 without being one-hot. All other targets are numbers.
    """
    if not isinstance(targets, TextColumn) and targets.dtype.kind in "OUS" and targets.ndim == 1:
        targets = factorize(targets.astype(str).tolist())
    if isinstance(targets, TextColumn):
        numbers, bad = parse_cells(targets)
        return ("classes", False) if bad is not None else _kind_of_numbers(numbers, "f")
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim == 2:
        return _kind_of_columns(targets), False
    if targets.ndim > 2:
        return "numbers", False
    if targets.dtype.kind == "b":
        return "classes", False
    return _kind_of_numbers(targets.astype(np.float64), targets.dtype.kind)


def _kind_of_columns(targets: Array) -> TargetKind:
    if targets.dtype.kind not in "biuf":
        texts = {str(text).lower() for text in np.unique(targets.astype(str))}
        only_booleans = all(text in BOOLEANS or parse_number(text) in (0, 1) for text in texts)
        return "multi_label" if texts & set(BOOLEANS) and only_booleans else "numbers"
    if is_one_hot(targets):
        return "classes"
    low, high = targets.min(), targets.max()
    return "multi_label" if (low, high) == (0, 1) and bool(((targets == 0) | (targets == 1)).all()) else "numbers"


def _kind_of_numbers(numbers: Array, dtype_kind: str) -> tuple[TargetKind, bool]:
    different = np.unique(numbers)
    whole = bool((different == np.round(different)).all())
    if dtype_kind == "u":  # unsigned integers are usually labels
        few = 2 * len(different) <= len(numbers)
    else:
        few = len(different) <= MAX_INTEGER_CLASSES and len(different) * MIN_ROWS_PER_CLASS <= len(numbers)
    classes = whole and few
    return ("classes" if classes else "numbers"), classes and len(different) > 2
