"""What a layer may ask its context for."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.layer import Context, Moment

BASE = {"index": 3, "seed": 1, "step": 2, "first_row": 0}


def bits(index, seed, step, first_row, rows=6):
    return Context(index, Moment(True, seed, step, first_row), True, {}).random_bits((rows, 5))


@pytest.mark.parametrize("name", BASE)
def test_random_bits_differ_where_anything_differs(name):
    first, other = bits(**BASE), bits(**{**BASE, name: BASE[name] + 1})
    assert (first != other).all()


def test_random_bits_are_the_same_when_asked_again_and_do_not_know_of_the_cut():
    whole = bits(**BASE)
    np.testing.assert_array_equal(bits(**BASE), whole)
    np.testing.assert_array_equal(bits(**{**BASE, "first_row": 4}, rows=2), whole[4:])


def test_training_is_a_matter_of_the_moment():
    moment = Moment()
    context = Context(0, moment, True, {})
    assert not context.training
    moment.training = True
    assert context.training
