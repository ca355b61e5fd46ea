"""Embedding: values computed by hand, a gradient computed with a loop, and advice in errors."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.core.field_docs import document_fields
from nncli.nn.layers import Embedding
from nncli.nn.layers.embedding import MAX_ONE_HOT
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from tests.nn.layers.run import run

W = np.array(((1.0, 2), (3, 4), (5, 6)))


def test_by_hand():
    x, dy = np.array(((2.0, 0), (2, 2))), np.array((((1.0, 0), (2, 3)), ((0, 4), (5, 0))))
    y, dx, g = run(Embedding(entries=3, units=2), x, dy, weight=W)
    np.testing.assert_array_equal(y, (((5, 6), (1, 2)), ((5, 6), (5, 6))))
    np.testing.assert_array_equal(g["weight"], ((2, 3), (0, 0), (6, 4)))  # index 1 does not occur
    assert dx is None


@pytest.mark.parametrize("entries", [MAX_ONE_HOT, MAX_ONE_HOT + 1, 1000])
@pytest.mark.parametrize("count", [0, 1, 300])
def test_the_gradient_matches_a_loop(entries, count):
    random = np.random.default_rng(entries)
    x, dy = random.integers(entries, size=(count, 2)).astype(float), random.standard_normal((count, 2, 3))
    x[count // 2 :] = entries - 1  # half of the rows have the last index
    expected = np.zeros((entries, 3))
    for numbers, rows in zip(x, dy, strict=True):
        for number, row in zip(numbers, rows, strict=True):
            expected[int(number)] += row
    _, _, g = run(Embedding(entries=entries, units=3), x, dy, weight=np.ones((entries, 3)))
    np.testing.assert_allclose(g["weight"], expected, atol=1e-12)


def test_large_indices_are_exact_in_float32():
    x = np.array([[2**20 - 1, 2**20 - 2]], np.float32)
    weight = np.arange(2**20, dtype=np.float32)[:, None]
    y, _, _ = run(Embedding(entries=2**20, units=1), x, weight=weight)
    np.testing.assert_array_equal(y[0, :, 0], x[0])


def test_parameters():
    (weight,) = Embedding(entries=9, units=3).parameters((4,)).values()
    assert (weight.shape, weight.fan_in, weight.fan_out, weight.decayed) == ((9, 3), 1, 3, True)
    drawn = Network(layers_of([{"type": "embedding", "entries": 50, "units": 100}]), (4,), np.dtype("f4"), 0).vector
    assert drawn.std() == pytest.approx(1, abs=0.05)


def test_indices_have_no_gradient():
    network = Network(layers_of([{"type": "embedding", "entries": 3, "units": 2}, "tanh"]), (2,), np.dtype("f8"), 0)
    bound = Pass(network, 2)
    _, backwards = bound.forward(np.array([[0.0, 1]]))
    assert bound.backward(np.ones((1, 2, 2)), backwards) is None
    assert bound.gradient[:4].all()
    assert not bound.gradient[4:].any()


@pytest.mark.parametrize("key", ["num_embeddings", "input_dim", "vocabulary_size"])
def test_advice_for_keys_of_other_libraries(key):
    with pytest.raises(ConfigError, match=f"unknown key '{key}' for embedding: write entries"):
        layers_of([{"type": "embedding", key: 3, "units": 2}])


def test_the_list_of_fields_shows_the_default_initializer_as_yaml():
    texts = {item.name: item.default_text for item in document_fields(Embedding)}
    assert texts == {"entries": "", "units": "", "initializer": "{type: normal, std: 1.0}"}
