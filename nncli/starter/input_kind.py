"""Infer from the inputs whether rows are sequences or images, and whether numbers may be codes of symbols."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array

MAX_SEQUENCE_FEATURES = 16  # rows with two axes whose shorter side is longer are taken for images
MAX_VOCABULARY = 10_000  # whole numbers from here on are taken for quantities


def is_sequence(inputs: Array) -> bool:
    """Return whether rows with two axes look like sequences (steps, features) rather than images with one channel.

    Bytes and squares are images. Everything else is a sequence if its shorter side is at most MAX_SEQUENCE_FEATURES, or
    if it has negative numbers, which images do not have.

    Shape: (n, steps, features) or (n, height, width)
    """
    height, width = inputs.shape[1:]
    if inputs.dtype == np.uint8 or height == width:
        return False
    return bool(min(height, width) <= MAX_SEQUENCE_FEATURES or inputs.min() < 0)


def possible_symbols(inputs: Array) -> int:
    """Return the vocabulary size if (n, columns) were codes of symbols; 0 if they cannot be, or are only 0 and 1."""
    low, high = inputs.min(), inputs.max()
    in_range = inputs.shape[1] > 1 and low >= 0 and 1 < high < MAX_VOCABULARY
    return int(high) + 1 if in_range and bool((inputs == np.round(inputs)).all()) else 0
