"""Training batches contain every row once per epoch, in random order."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.data.batches import Dataset, TrainingBatches

ROWS = 23


def dataset(rows=ROWS, weights=False):
    """Return rows whose input is the row number; the target and the weight are computed from it."""
    x = np.arange(rows, dtype=np.float64)[:, None]
    return Dataset(x, 10 * x, np.arange(rows) + 0.5 if weights else None)


def epoch(batches, number, skip=0):
    """Return the row numbers of every batch; they are copied, because the next batch reuses the arrays."""
    found = []
    for batch in batches.epoch(number, skip):
        assert batch.first_row == 0
        assert (batch.targets == 10 * batch.inputs).all(), "inputs and targets of a row stay together"
        if batch.weights is not None:
            assert (batch.weights == batch.inputs[:, 0] + 0.5).all()
        found.append(batch.inputs[:, 0].astype(int).tolist())
    return found


def rows_of(found):
    """Return the row numbers of all batches in order."""
    return [row for batch in found for row in batch]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("size", [1, 4, 5, 22, 23, 24, 1000])
@pytest.mark.parametrize("weights", [True, False])
def test_every_row_occurs_once_and_the_last_batch_may_be_short(size, shuffle, weights):
    batches = TrainingBatches(dataset(weights=weights), size, shuffle=shuffle, seed=0)
    for number in (1, 2, 3):
        found = epoch(batches, number)
        assert sorted(rows_of(found)) == list(range(ROWS))
        assert [len(batch) for batch in found[:-1]] == [size] * (len(found) - 1)
        assert 0 < len(found[-1]) <= size
        assert len(found) == batches.per_epoch


def test_a_dataset_of_one_row_gives_one_batch():
    assert epoch(TrainingBatches(dataset(1), 32, shuffle=True, seed=0), 1) == [[0]]


def test_every_epoch_has_a_different_order():
    batches = TrainingBatches(dataset(), 5, shuffle=True, seed=0)
    orders = [tuple(rows_of(epoch(batches, number))) for number in range(1, 6)]
    assert len(set(orders)) == 5
    assert tuple(range(ROWS)) not in orders


def test_the_order_depends_on_seed_and_epoch_only():
    first, again, other = (TrainingBatches(dataset(), 5, shuffle=True, seed=seed) for seed in (1, 1, 2))
    epoch(first, 1)
    assert epoch(first, 4) == epoch(again, 4)
    assert epoch(first, 4) != epoch(other, 4)


def test_the_order_does_not_depend_on_the_size_of_batches():
    small, large = (TrainingBatches(dataset(), size, shuffle=True, seed=1) for size in (2, 7))
    assert rows_of(epoch(small, 3)) == rows_of(epoch(large, 3))


def test_without_shuffling_rows_are_in_order():
    batches = TrainingBatches(dataset(), 5, shuffle=False, seed=0)
    assert rows_of(epoch(batches, 1)) == rows_of(epoch(batches, 2)) == list(range(ROWS))


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("skip", range(6))
def test_skipping_the_first_batches_does_not_change_the_others(skip, shuffle):
    batches = TrainingBatches(dataset(), 5, shuffle=shuffle, seed=0)
    assert epoch(batches, 2, skip) == epoch(batches, 2)[skip:]


def test_the_dataset_is_not_changed():
    data = dataset()
    list(TrainingBatches(data, 5, shuffle=True, seed=0).epoch(1))
    assert (data.inputs[:, 0] == np.arange(ROWS)).all()


def test_batches_of_a_dataset_contain_all_rows_in_order():
    batches = list(dataset(weights=True).batches(10))
    assert [len(batch) for batch in batches] == [10, 10, 3]
    assert np.concatenate([batch.inputs[:, 0] for batch in batches]).tolist() == list(range(ROWS))
    assert batches[2].weights.tolist() == [20.5, 21.5, 22.5]
