"""Sequences of symbols, three of which count, in the order in which they come."""

from __future__ import annotations

import numpy as np

from nncli.core.randomness import bits_by_row, stream
from nncli.core.types import Array

ROWS, STEPS = 2000, 30
OTHERS = 4  # symbols that mean nothing, numbered from 0; X and Y follow
MARKS = 3  # symbols a row that are X or Y
X_OR_Y = np.array(["X", "Y"])


def arrays() -> dict[str, Array]:
    """The same arrays every time, on every machine."""
    bits = bits_by_row(stream(0, "temporal_order"), (ROWS, 2 * STEPS + MARKS), 0)
    order, symbols, marks = np.split(bits, (STEPS, 2 * STEPS), axis=1)
    inputs = (symbols % OTHERS).astype(np.uint8)  # (rows, steps)
    places = np.sort(np.argsort(order, axis=1, kind="stable")[:, :MARKS], axis=1)
    marks = marks % 2
    np.put_along_axis(inputs, places, (OTHERS + marks).astype(np.uint8), axis=1)
    targets = np.array(["".join(row) for row in X_OR_Y[marks].tolist()])
    return {"inputs": inputs, "targets": targets, "symbols": np.array(OTHERS + len(X_OR_Y))}
