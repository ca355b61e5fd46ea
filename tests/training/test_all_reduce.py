"""Test sums over shards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nncli.training.all_reduce import AllReduce


@pytest.mark.parametrize("one_at_a_time", [False, True])
def test_every_shard_gets_the_sum_in_the_order_of_the_shards(one_at_a_time):
    parts = np.random.default_rng(0).normal(size=(3, 2, 4)).astype(np.float32)  # two sums of 4 entries over 3 shards
    all_reduce = AllReduce(3, one_at_a_time=one_at_a_time)

    def sums(shard):
        batch_sum = all_reduce.batch_sum_for(shard)
        with all_reduce.turn():
            return [batch_sum(part) for part in parts[shard]]

    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(sums, range(3)))
    for found in results:
        for number, total in enumerate(found):
            np.testing.assert_array_equal(total, parts[0, number] + parts[1, number] + parts[2, number])
    assert results[0][0] is not results[1][0]


def test_an_interruption_between_two_turns_is_raised():
    all_reduce = AllReduce(2, one_at_a_time=True)

    def interrupted():
        with all_reduce.turn():
            all_reduce._turn.release()  # as a shard does while it waits for the others
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with all_reduce.turn():
        assert all_reduce._turn.locked()
