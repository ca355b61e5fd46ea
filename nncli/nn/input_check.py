"""Checks of the data for layers that read raw values, such as the token numbers of an embedding."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np

from nncli.core.types import Array
from nncli.nn.layer import InputCheck, Layer
from nncli.nn.layers.embedding import Embedding
from nncli.nn.layers.sequential import Sequential

MAX_ADVISED_ENTRIES = 10**6  # data with larger numbers is probably not numbered without gaps
# all integers below this number are represented exactly
EXACT_BELOW = {np.dtype(np.float32): 1 << 24, np.dtype(np.float64): 1 << 53}


def input_check(layer: Layer) -> InputCheck | None:
    """Return the function that checks the input rows of a layer, or None if the layer accepts any numbers.

    The function takes input rows of the network, (n, *), and returns the index of the first invalid row with a message,
    or None if all rows are valid. A layer with such a check reads raw data: it has to be the first layer of the
    network, or of a sequential that is the first layer, and its input has no gradient. A layer from a plugin may define
    its own method `input_check`, which returns this function.
    """
    own: Callable[[], InputCheck | None] | None = getattr(layer, "input_check", None)
    return own() if callable(own) else _input_check(layer)


@singledispatch
def _input_check(layer: Layer) -> InputCheck | None:
    return None


@_input_check.register
def _(layer: Sequential) -> InputCheck | None:
    return input_check(layer.layers[0])


@_input_check.register
def _(layer: Embedding) -> InputCheck | None:
    return lambda x: _first_without_vector(layer.entries, x)


def _first_without_vector(entries: int, x: Array) -> tuple[int, str] | None:
    """Return the first row with a value that is not an integer in [0, entries), and a message about that value."""
    exact = EXACT_BELOW[x.dtype]
    wrong = (x < 0) | (x >= min(entries, exact)) | (x != np.rint(x))
    if not wrong.any():
        return None
    place = tuple(int(index) for index in np.argwhere(wrong)[0])
    number = float(x[place])
    if number != round(number):
        advice = "convert the data to whole numbers, or leave out the embedding"
    elif number < 0:
        advice = "number them from 0"
    elif number < entries:
        advice = f"{x.dtype} represents whole numbers exactly only below {exact}: write dtype: float64"
    elif x.max() < MAX_ADVISED_ENTRIES:
        advice = f"write entries: {int(x.max()) + 1}, or more"
    else:
        advice = "number them from 0 without gaps"
    return place[0], f"embedding takes whole numbers from 0 to {entries - 1}; got {number:.15g}; {advice}"
