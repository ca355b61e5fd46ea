"""Test that random numbers depend on seed, purpose and indices, and on nothing else."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from nncli.core.randomness import Streams, bits_by_row, generator, stream

ARGUMENTS = [
    (0, "layer", 1, 2),
    (1, "layer", 1, 2),
    (-1, "layer", 1, 2),
    (0, "shuffle", 1, 2),
    (0, "layer", 2, 2),
    (0, "layer", 1, 3),
    (0, "layer", 2, 1),
    (0, "layer", 12),
    (0, "layer", 1, 2, 0),
    (0, "layer", 1),
    (0, "layer"),
    (2**70, "layer", 1, 2),
    (10, "layer", 1, 2),
]


@pytest.mark.parametrize(("one", "other"), list(combinations(ARGUMENTS, 2)), ids=str)
def test_streams_with_different_arguments_differ(one, other):
    assert not set(stream(*one).random_raw(16).tolist()) & set(stream(*other).random_raw(16).tolist())


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=str)
def test_the_same_arguments_give_the_same_numbers(arguments):
    np.testing.assert_array_equal(stream(*arguments).random_raw(9), stream(*arguments).random_raw(9))
    np.testing.assert_array_equal(generator(*arguments).random(9), generator(*arguments).random(9))


def test_other_streams_do_not_affect_a_stream():
    expected = generator(5, "shuffle", 3).permutation(10)
    np.random.default_rng(0).random()
    generator(5, "shuffle", 2).permutation(1000)
    np.testing.assert_array_equal(generator(5, "shuffle", 3).permutation(10), expected)


def test_numbers_are_the_same_as_in_older_versions():
    assert stream(7, "layer", 3, 1).random_raw(2).tolist() == [13809632636850921502, 1397032771612884869]


def test_reused_generators_give_the_same_streams():
    streams = Streams()
    for arguments in [*ARGUMENTS, *ARGUMENTS]:
        np.testing.assert_array_equal(streams.stream(*arguments).random_raw(9), stream(*arguments).random_raw(9))
        one, other = (factory.stream(*arguments) for factory in (streams, Streams()))
        one.advance(3)
        other.advance(3)
        np.testing.assert_array_equal(one.random_raw(5), other.random_raw(5))


@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
@pytest.mark.parametrize("row", [(1,), (3,), (8,), (9,), (2, 5), (4, 4, 3), ()], ids=str)
def test_rows_get_the_same_bits_however_they_are_split(row, kind):
    whole = bits_by_row(stream(1, "x"), (7, *row), 0, kind)
    assert (whole.shape, whole.dtype) == ((7, *row), kind)
    for start in range(8):
        for stop in range(start, 8):
            part = bits_by_row(stream(1, "x"), (stop - start, *row), start, kind)
            np.testing.assert_array_equal(part, whole[start:stop])


@pytest.mark.parametrize(("kind", "different"), [(np.uint16, 0.83), (np.uint32, 0.999)])
def test_rows_differ_and_their_bits_are_uniform(kind, different):
    bits = bits_by_row(stream(1, "x"), (2000, 11), 12345, kind)
    assert len(np.unique(bits)) > different * bits.size
    shares = bits / 2.0 ** (8 * bits.itemsize)
    assert abs(shares.mean() - 0.5) < 0.01
    assert abs(shares.std() - 1 / np.sqrt(12)) < 0.01
    assert abs(np.corrcoef(shares[:, 0], shares[:, 1])[0, 1]) < 0.1
