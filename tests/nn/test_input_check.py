"""Checks of the raw inputs, defined by layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nncli.nn.input_check import input_check
from nncli.nn.layer import Layer
from nncli.nn.layers import Embedding, Sequential


@pytest.mark.parametrize(
    ("x", "dtype", "row", "message"),
    [
        ([[0, 1], [9, 0]], "f4", None, ""),
        ([[0, 1], [2, 2.5], [0.5, 0]], "f4", 1, "from 0 to 9; got 2.5; convert the data to whole numbers"),
        ([[0, 1], [2, 3], [4, -1]], "f4", 2, "got -1; number them from 0"),
        ([[0, 10], [12, 0]], "f8", 0, "got 10; write entries: 13, or more"),
        ([[0, 1], [1e9, 0]], "f4", 1, "got 1000000000; number them from 0 without gaps"),
    ],
)
def test_indices_without_an_embedding_vector_are_reported(x, dtype, row, message):
    for layer in (Embedding(entries=10, units=1), Sequential(layers=(Embedding(entries=10, units=1), "tanh"))):
        found = input_check(layer)(np.array(x, dtype))
        if row is None:
            assert found is None
        else:
            assert found[0] == row
            assert message in found[1]


def test_integers_above_the_float32_limit_are_refused():
    check = input_check(Embedding(entries=2**24 + 5, units=1))
    given = np.array([[2**24 - 1], [2**24 + 1]])
    assert check(given.astype("f8")) is None
    row, message = check(given.astype("f4"))
    assert row == 1
    assert "float32 represents whole numbers exactly only below 16777216: write dtype: float64" in message


def test_plugin_layers_may_define_an_input_check():
    @dataclass(frozen=True)
    class Positive(Layer):
        def input_check(self):
            return lambda x: (0, "negative") if (x < 0).any() else None

    assert input_check(Layer()) is None
    assert input_check(Positive())(np.array([[-1.0]])) == (0, "negative")
    assert input_check(Sequential(layers=(Positive(),)))(np.array([[-1.0]])) == (0, "negative")
