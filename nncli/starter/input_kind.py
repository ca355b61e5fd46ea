"""Infer from the inputs whether rows are sequences or images, and whether numbers may be codes of symbols."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array

MAX_SEQUENCE_FEATURES = 16  # rows with two axes are taken for images if the shorter axis is longer than this
MAX_VOCABULARY = 10_000  # if an input is at least this large, the inputs are taken for quantities


def is_sequence(inputs: Array) -> bool:
    """Return whether rows with two axes look like sequences (steps, features) rather than images with one channel.

    Rows of bytes and square rows are images. Other rows are sequences if the length of the shorter axis is at most
    MAX_SEQUENCE_FEATURES, or if they have negative numbers, which images do not have.

    Shape: (n, steps, features) or (n, height, width)
    """
    height, width = inputs.shape[1:]
    if inputs.dtype == np.uint8 or height == width:
        return False
    return bool(min(height, width) <= MAX_SEQUENCE_FEATURES or inputs.min() < 0)


def possible_symbols(inputs: Array) -> int:
    """Return the vocabulary size if the inputs (n, columns) may be codes of symbols; otherwise 0.

    Inputs of only 0 and 1 are not taken for codes.
    """
    low, high = inputs.min(), inputs.max()
    in_range = inputs.shape[1] > 1 and low >= 0 and 1 < high < MAX_VOCABULARY
    return int(high) + 1 if in_range and bool((inputs == np.round(inputs)).all()) else 0
