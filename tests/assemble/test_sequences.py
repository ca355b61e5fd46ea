"""Test whether rows with two axes are sequences or images, and hints for layers that do not fit sequences."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.assemble.image_or_sequence import needs_channel_axis
from nncli.core.errors import ConfigError
from nncli.core.invalid import INVALID
from nncli.nn.layers.sequential import layers_of
from nncli.workflows.check import check

LSTM = {"type": "lstm", "units": 2}
CONV = {"type": "conv2d", "filters": 2, "kernel_size": 2}
EMBEDDING = {"type": "embedding", "entries": 9, "units": 3}
DENSE = {"type": "dense", "units": 2}


@pytest.mark.parametrize(
    ("layers", "channel"),
    [
        ([LSTM], False),
        ([{"type": "gru", "units": 2}, DENSE], False),
        ([{"type": "sequential", "layers": ["relu", LSTM]}], False),
        (["tanh", "dropout", LSTM], False),
        ([EMBEDDING, CONV], False),  # the embedding vectors become the channels
        ([CONV, DENSE], True),
        (["relu", {"type": "max_pool2d", "pool_size": 2}], True),
        ([DENSE], True),
        (["flatten", LSTM], True),
        ([EMBEDDING, LSTM], True),  # fits neither images nor sequences
        ([EMBEDDING, DENSE], True),
        ([{"type": "reshape", "shape": [6, 4]}, LSTM], True),
        (["relu"], True),
    ],
    ids=str,
)
def test_rows_get_a_channel_axis_if_the_layers_take_images(layers, channel):
    assert needs_channel_axis(layers_of(layers).layers, (6, 4)) == channel
    assert not needs_channel_axis(layers_of(layers).layers, (24,))
    assert not needs_channel_axis(layers_of(layers).layers, (6, 4, 1))


def test_rows_are_images_if_the_first_layer_is_invalid():
    assert needs_channel_axis([INVALID, *layers_of([LSTM]).layers], (6, 4))
    assert not needs_channel_axis([*layers_of([LSTM]).layers, INVALID], (6, 4))


@pytest.fixture
def problem_lines(tmp_path, monkeypatch):
    """Return a function that returns the problem of a model over sequences of 6 steps, and its hint."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.arange(240.0).reshape(10, 6, 4))
    np.save("y.npy", np.arange(10.0))

    def problem_and_hint(model, source="{inputs: x.npy, targets: y.npy}"):
        (tmp_path / "a.yaml").write_text(
            f"data: {{train: {source}}}\nmodel: [{model}, {{type: dense, units: 1}}]\nloss: mse\noptimizer: adam\n"
        )
        with pytest.raises(ConfigError) as caught:
            check("a.yaml")
        problem, hint, last = str(caught.value).splitlines()
        assert last.startswith("1 problem")
        return problem, hint.strip()

    return problem_and_hint


@pytest.mark.parametrize("between", ["", ", relu", ", {type: dropout, rate: 0.1}"])
def test_a_recurrent_layer_before_another_must_return_sequences(problem_lines, between):
    problem, hint = problem_lines(f"{{type: gru, units: 3}}{between}, {{type: lstm, units: 2}}")
    assert "lstm wants (steps, features), but model." in problem
    assert problem.endswith("gives (3,)")
    assert hint == "write return_sequences: true for the gru before it"


@pytest.mark.parametrize(
    ("model", "source", "shape"),
    [
        ("{type: lstm, units: 2}", "{dataset: diabetes}", "[10, 1]"),
        ("{type: lstm, units: 2}", "{path: grey.npz}", "[8, 8]"),
        (
            "{type: conv2d, filters: 2, kernel_size: 3}, {type: gru, units: 2}",
            "{inputs: x.npy, targets: y.npy}",
            "[4, 4]",
        ),
        ("{type: lstm, units: 2}, {type: dense, units: 5}, {type: gru, units: 2}", None, "[5, 1]"),
    ],
)
def test_a_hint_reshapes_rows_that_are_not_sequences(problem_lines, model, source, shape):
    np.savez("grey.npz", x=np.zeros((4, 8, 8, 1)), y=np.arange(4.0))
    problem, hint = problem_lines(model, source) if source else problem_lines(model)
    assert "wants (steps, features), but" in problem
    assert hint.startswith(f"put {{type: reshape, shape: {shape}}} before ")
