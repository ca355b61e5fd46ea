"""LSTM and GRU, compared with two steps computed by hand and with loops from the definitions."""

from __future__ import annotations

from math import tanh

import numpy as np
import pytest

from nncli.core.errors import ConfigError, ShapeError
from nncli.nn.initializers import He
from nncli.nn.layers import GRU, LSTM
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from tests.nn.layers.run import run

over_both = pytest.mark.parametrize("kind", [LSTM, GRU], ids=["lstm", "gru"])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def parameters(layer, features, seed=0):
    """Return random values for every parameter of a layer."""
    random = np.random.default_rng(seed)
    return {name: random.standard_normal(spec.shape) for name, spec in layer.parameters((1, features)).items()}


def lstm_by_definition(x, weight, recurrent_weight, bias):
    """Return the hidden states, (n, steps, units), computed row by row."""
    units, states = len(recurrent_weight), []
    for row in x:
        h, c = np.zeros(units), np.zeros(units)
        for step in row:
            i, f, g, o = np.split(step @ weight + h @ recurrent_weight + bias, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            states.append(h)
    return np.array(states).reshape(*x.shape[:2], units)


def gru_by_definition(x, weight, recurrent_weight, bias, recurrent_bias):
    """Return the hidden states, (n, steps, units), computed row by row."""
    units, states = len(recurrent_weight), []
    for row in x:
        h = np.zeros(units)
        for step in row:
            r, z, n = np.split(step @ weight + bias, 3)
            from_r, from_z, from_n = np.split(h @ recurrent_weight, 3)
            r, z = sigmoid(r + from_r), sigmoid(z + from_z)
            h = (1 - z) * np.tanh(n + r * (from_n + recurrent_bias)) + z * h
            states.append(h)
    return np.array(states).reshape(*x.shape[:2], units)


DEFINITIONS = {LSTM: lstm_by_definition, GRU: gru_by_definition}


def test_two_steps_of_an_lstm_by_hand():
    x = np.array([[[1.0], [0]]])
    # for any input, the input and output gates are sigmoid(0) = 1/2, and the forget gate is sigmoid(log 3) = 3/4
    bias = np.array((0, np.log(3), 0, 0))
    weight, recurrent = np.array([[0.0, 0, 2, 0]]), np.array([[0.0, 0, 1, 0]])
    y, dx, g = run(LSTM(units=1), x, weight=weight, recurrent_weight=recurrent, bias=bias)
    c1 = tanh(2) / 2
    h1 = tanh(c1) / 2
    c2 = 3 / 4 * c1 + tanh(h1) / 2
    assert y == pytest.approx(np.array([[tanh(c2) / 2]]), abs=1e-15)
    dc2 = (1 - tanh(c2) ** 2) / 2
    dg2 = dc2 / 2 * (1 - tanh(h1) ** 2)  # h1 is an input of the second step's candidate state
    dc1 = dc2 * 3 / 4 + dg2 * (1 - tanh(c1) ** 2) / 2
    dg1 = dc1 / 2 * (1 - tanh(2) ** 2)
    np.testing.assert_allclose(dx[0, :, 0], (2 * dg1, 2 * dg2), atol=1e-15)
    assert g["weight"][0, 2] == pytest.approx(dg1, abs=1e-15)  # x of the second step is 0
    assert g["recurrent_weight"][0, 2] == pytest.approx(dg2 * h1, abs=1e-15)
    assert g["bias"][2] == pytest.approx(dg1 + dg2, abs=1e-15)
    assert g["bias"][1] == pytest.approx(dc2 * c1 * 3 / 16, abs=1e-15)  # sigmoid' = 3/4 * 1/4; c0 = 0


def test_two_steps_of_a_gru_by_hand():
    x = np.array([[[1.0], [0]]])
    # for any input, the reset gate is sigmoid(log 3) = 3/4 and the update gate is sigmoid(0) = 1/2
    y, dx, g = run(
        GRU(units=1),
        x,
        weight=np.array([[0.0, 0, 2]]),
        recurrent_weight=np.array([[0.0, 0, 1]]),
        bias=np.array((np.log(3), 0, 0)),
        recurrent_bias=np.array((4.0,)),
    )
    n1 = tanh(2 + 3 / 4 * 4)
    h1 = n1 / 2
    n2 = tanh(3 / 4 * (h1 + 4))
    assert y == pytest.approx(np.array([[n2 / 2 + h1 / 2]]), abs=1e-15)
    dn2 = (1 - n2**2) / 2
    dh1 = 1 / 2 + dn2 * 3 / 4
    dn1 = dh1 / 2 * (1 - n1**2)
    np.testing.assert_allclose(dx[0, :, 0], (2 * dn1, 2 * dn2), atol=1e-15)
    assert g["recurrent_bias"][0] == pytest.approx(3 / 4 * (dn1 + dn2), abs=1e-15)
    assert g["recurrent_weight"][0, 2] == pytest.approx(3 / 4 * dn2 * h1, abs=1e-15)
    reset = dn1 * 4 + dn2 * (h1 + 4)
    assert g["bias"] == pytest.approx(np.array((reset * 3 / 16, dh1 * -n1 / 4 + (h1 - n2) / 4, dn1 + dn2)), abs=1e-15)


@over_both
def test_outputs_match_a_loop_from_the_definition(kind):
    layer = kind(units=4, return_sequences=True)
    x, p = np.random.default_rng(1).standard_normal((3, 9, 2)), parameters(layer, 2)
    expected = DEFINITIONS[kind](x, **p)
    np.testing.assert_allclose(run(layer, x, **p)[0], expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(run(kind(units=4), x, **p)[0], expected[:, -1], rtol=0, atol=1e-14)


@over_both
def test_reverse_processes_the_reversed_sequence(kind):
    x = np.random.default_rng(1).standard_normal((3, 5, 2))
    for sequences in (False, True):
        forward, reverse = (kind(units=4, return_sequences=sequences, reverse=turned) for turned in (False, True))
        p = parameters(forward, 2)
        y, dx, g = run(reverse, x, **p)
        turned_y, turned_dx, turned_g = run(forward, x[:, ::-1], **p)
        np.testing.assert_array_equal(y, turned_y[:, ::-1] if sequences else turned_y)
        np.testing.assert_array_equal(dx, turned_dx[:, ::-1])
        assert all((g[name] == turned_g[name]).all() for name in g)


@over_both
def test_the_gradient_flows_through_all_steps(kind):
    layer = kind(units=2)
    p = {name: array / 2 for name, array in parameters(layer, 1).items()}
    _, dx, _ = run(layer, np.full((1, 60, 1), 0.1), **p)
    assert (dx != 0).all()


@over_both
def test_large_inputs_do_not_overflow(kind):
    layer = kind(units=2, return_sequences=True)
    p = {name: array.astype(np.float32) for name, array in parameters(layer, 1).items()}
    y, dx, g = run(layer, np.array([[[1e30], [-1e30], [1e30]]], np.float32), **p)
    for array in (y, dx, *g.values()):
        assert np.isfinite(array).all()
    assert (np.abs(y) <= 1).all()


@over_both
def test_backward_can_be_called_again(kind):
    layer = kind(units=3, return_sequences=True)
    network = Network(layers_of([layer]), (4, 2), np.dtype(np.float64), 0)
    bound = Pass(network, 1, input_gradient=True)
    y, backwards = bound.forward(np.random.default_rng(0).standard_normal((2, 4, 2)))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    first, gradient = bound.backward(dy.copy(), backwards), bound.gradient.copy()
    assert bound.backward(dy.copy(), backwards).tobytes() == first.tobytes()
    assert bound.gradient.tobytes() == gradient.tobytes()


def test_fans_count_the_units_of_one_gate():
    for kind, gates in ((LSTM, 4), (GRU, 3)):
        for name, fan_in in (("weight", 5), ("recurrent_weight", 2)):
            spec = kind(units=2, initializer="he", recurrent_initializer="he").parameters((7, 5))[name]
            assert (spec.fan_in, spec.fan_out, spec.shape, spec.decayed) == (fan_in, 2, (fan_in, gates * 2), True)
            drawn = spec.initializer.draw(np.random.default_rng(0), spec.shape, spec.fan_in, spec.fan_out)
            random = np.random.default_rng(0)
            for block in np.split(drawn, gates, axis=1):
                np.testing.assert_array_equal(block, He().draw(random, (fan_in, 2), fan_in, 2))


def test_initial_biases_are_zero_except_for_the_forget_gate():
    def biases(layer):
        network = Network(layers_of([layer]), (3, 2), np.dtype(np.float64), 0)
        named = {name.split(".")[2]: array.tolist() for name, array in network.named().items()}
        return {name: values for name, values in named.items() if "bias" in name}

    assert biases(LSTM(units=2)) == {"bias": [0, 0, 1, 1, 0, 0, 0, 0]}
    assert biases(LSTM(units=1, forget_bias=0)) == {"bias": [0, 0, 0, 0]}
    assert biases(GRU(units=1)) == {"bias": [0, 0, 0], "recurrent_bias": [0]}
    for layer in (LSTM(units=2), GRU(units=2)):
        assert not any(spec.decayed for name, spec in layer.parameters((3, 2)).items() if "bias" in name)


@over_both
def test_initializers_do_not_depend_on_the_next_activation(kind):
    before, layer, _ = layers_of([{"type": "dense", "units": 3}, kind(units=2), "relu"]).layers
    assert before.initializer.type_name == "xavier"
    assert (layer.initializer.type_name, layer.recurrent_initializer.type_name) == ("xavier", "orthogonal")


@over_both
def test_initial_recurrent_weights_keep_the_norm_of_the_state(kind):
    weights = Network(layers_of([kind(units=5)]), (3, 2), np.dtype(np.float64), 0).named()
    (matrix,) = (array for name, array in weights.items() if name.endswith("recurrent_weight"))
    for gate in np.split(matrix, kind.gates, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(5), atol=1e-12)


@over_both
def test_rows_must_be_sequences(kind):
    for shape in ((3,), (5, 4, 1)):
        with pytest.raises(ShapeError, match=r"wants \(steps, features\)"):
            kind(units=2).output_shape(shape)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("hidden_size", "write units, the size of the hidden state"),
        ("num_layers", "return_sequences: true"),
        ("go_backwards", "reverse: true"),
        ("activation", "it is always tanh"),
    ],
)
def test_advice_for_keys_of_other_libraries(key, words):
    with pytest.raises(ConfigError, match=f"unknown key '{key}' for lstm: .*{words}"):
        layers_of([{"type": "lstm", "units": 2, key: 3}])
