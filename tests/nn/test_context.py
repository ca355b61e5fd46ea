"""The context of a layer."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.context import Context, PassState
from nncli.nn.layer import Moment

BASE = {"index": 3, "seed": 1, "step": 2, "first_row": 0}


def bits(index, seed, step, first_row, rows=6):
    return Context(index, PassState(True, seed, step, first_row), True, {}).random_bits((rows, 5))


@pytest.mark.parametrize("name", BASE)
def test_random_bits_depend_on_layer_seed_step_and_row(name):
    first, other = bits(**BASE), bits(**{**BASE, name: BASE[name] + 1})
    assert (first != other).all()


def test_random_bits_are_reproducible_and_do_not_depend_on_shards():
    whole = bits(**BASE)
    np.testing.assert_array_equal(bits(**BASE), whole)
    np.testing.assert_array_equal(bits(**{**BASE, "first_row": 4}, rows=2), whole[4:])


def test_the_context_reads_training_from_the_pass_state():
    state = PassState()
    context = Context(0, state, True, {})
    assert not context.training
    state.training = True
    assert context.training


def test_only_the_first_shard_updates_buffers():
    state = PassState()
    context = Context(0, state, True, {})
    assert context.updates_buffers
    state.shard = 1
    assert not context.updates_buffers


def test_earlier_names_still_work_for_plugins():
    state = PassState(shard=1)
    context = Context(0, state, True, {})
    assert context.moment is state
    assert context.keeps is context.updates_buffers is False
    assert Moment is PassState
