"""Dropout: its rate, its scale, and masks that depend on the row but not on the shard."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.context import PassState
from nncli.nn.layers import Dropout
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from tests.nn.layers.run import run

ONES = np.ones((400, 60), np.float32)


def dropped(rate=0.5, x=ONES, index=0, **state):
    return run(Dropout(rate=rate), x, pass_state=PassState(**{"training": True, **state}), index=index)


@pytest.mark.parametrize("rate", [0, 0.1, 0.5, 0.9])
def test_dropout_zeroes_the_fraction_rate_of_the_values_and_scales_the_others(rate):
    y, dx, _ = dropped(rate)
    assert (y == 0).mean() == pytest.approx(rate, abs=0.01)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - round(rate * 2**16) / 2**16), rtol=1e-6)  # rate, rounded to 16 bits
    assert y.mean() == pytest.approx(1, abs=4 * (rate / (1 - rate) / y.size) ** 0.5)  # the expected output is the input
    np.testing.assert_array_equal(dx, y)  # backward uses the same mask and scale


def test_dropout_is_the_identity_at_inference():
    y, dx, _ = dropped(0.9, training=False)
    np.testing.assert_array_equal(y, ONES)
    np.testing.assert_array_equal(dx, ONES)


def test_a_rate_just_below_1_drops_nearly_everything():
    y, _, _ = dropped(1 - 2**-40)
    assert (y == 0).mean() > 0.999
    assert set(np.unique(y)) <= {0, 2**16}


def test_a_rate_that_rounds_to_0_drops_nothing():
    y, _, _ = dropped(2**-18)
    np.testing.assert_array_equal(y, ONES)


@pytest.mark.parametrize("other", [{"seed": 1}, {"step": 1}, {"index": 1}, {"first_row": 1}], ids=str)
def test_the_mask_depends_on_seed_step_layer_and_row(other):
    masks = dropped()[0] == 0, dropped(**other)[0] == 0
    assert (masks[0] != masks[1]).mean() == pytest.approx(0.5, abs=0.02)  # as for independent masks


def test_the_mask_is_reproducible():
    np.testing.assert_array_equal(dropped(seed=4, step=9)[0], dropped(seed=4, step=9)[0])


@pytest.mark.parametrize("shape", [(9, 5), (9, 4, 3, 2)], ids=str)
@pytest.mark.parametrize("cut", [1, 4, 8])
def test_the_mask_does_not_depend_on_shards(shape, cut):
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    whole, _, _ = dropped(0.4, x)
    parts = dropped(0.4, x[:cut])[0], dropped(0.4, x[cut:], first_row=cut)[0]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_dropout_layers_of_one_model_have_independent_masks():
    model = layers_of(["dropout", {"type": "sequential", "layers": ["dropout", "dropout"]}])
    bound = Pass(Network(model, (60,), np.dtype(np.float32), 0), 2)
    bound.pass_state.training = True
    y = bound.output(ONES)
    assert (y != 0).mean() == pytest.approx(0.125, abs=0.01)  # independent masks: 0.5^3
    assert set(np.unique(y)) == {0, 8}
