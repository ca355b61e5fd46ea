"""The temporal_order dataset: the class of a sequence is the order of its three X and Y symbols."""

from __future__ import annotations

import numpy as np

from nncli.core.randomness import bits_by_row, stream
from nncli.core.types import Array

ROWS, STEPS = 2000, 30
DISTRACTORS = 4  # meaningless symbols, with the codes 0 to 3; the codes of X and Y follow
MARKS = 3  # symbols per row that are X or Y
X_OR_Y = np.array(["X", "Y"])


def arrays() -> dict[str, Array]:
    """Generate inputs (2000, 30), targets (2000,) and the vocabulary size, the same on every machine."""
    bits = bits_by_row(stream(0, "temporal_order"), (ROWS, 2 * STEPS + MARKS), 0)
    order, symbols, marks = np.split(bits, (STEPS, 2 * STEPS), axis=1)
    inputs = (symbols % DISTRACTORS).astype(np.uint8)  # (rows, steps)
    places = np.sort(np.argsort(order, axis=1, kind="stable")[:, :MARKS], axis=1)
    marks = marks % 2
    np.put_along_axis(inputs, places, (DISTRACTORS + marks).astype(np.uint8), axis=1)
    targets = np.array(["".join(row) for row in X_OR_Y[marks].tolist()])
    return {"inputs": inputs, "targets": targets, "symbols": np.array(DISTRACTORS + len(X_OR_Y))}
