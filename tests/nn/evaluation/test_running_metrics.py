"""Running loss and metrics."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.metrics import R2, MeanAbsoluteError, MedianAbsoluteError
from nncli.nn.metrics.bases.kept_rows import KeptRows


def test_batches_are_weighted_by_their_number_of_rows():
    random = np.random.default_rng(0)
    targets = 50 + random.standard_normal((10, 1))
    prediction = targets + random.standard_normal((10, 1))
    tally = RunningMetrics((MeanAbsoluteError(), R2()))
    for start, stop in ((0, 4), (4, 8), (8, 10)):  # the last batch is shorter
        p, t = prediction[start:stop], targets[start:stop]
        tally.add(float(((p - t) ** 2).sum()), stop - start, tally.measure(p, t, None))
    results = tally.results()
    assert list(results) == ["loss", "mae", "r2"]
    assert results["loss"] == pytest.approx(((prediction - targets) ** 2).mean())
    assert results["mae"] == pytest.approx(np.abs(prediction - targets).mean())
    assert results["r2"] == pytest.approx(1 - ((prediction - targets) ** 2).mean() / targets.var())


def test_the_divisor_may_be_a_sum_of_weights():
    tally = RunningMetrics(())
    tally.add(3.0, 1.5, ())
    tally.add(1.0, 0.5, ())
    assert tally.results() == {"loss": 2.0}


def test_two_running_metrics_share_no_state():
    one, other = RunningMetrics((MeanAbsoluteError(),)), RunningMetrics((MeanAbsoluteError(),))
    one.add(1.0, 1.0, one.measure(np.ones((1, 1)), np.zeros((1, 1)), None))
    assert other.divisor == 0
    assert other.states[0].size == 0


def random_rows(rows):
    random = np.random.default_rng(1)
    return random.standard_normal((rows, 1)), random.standard_normal((rows, 1))


@pytest.mark.parametrize("interval", [1, 7, 1000], ids="states read every {} batches".format)
@pytest.mark.parametrize("size", [1, 3, 64])
def test_kept_rows_stay_in_order_for_any_batch_size(size, interval):
    prediction, targets = random_rows(200)
    metric = MedianAbsoluteError()
    tally = RunningMetrics((metric, MeanAbsoluteError()))
    for number, start in enumerate(range(0, 200, size), 1):
        rows = slice(start, start + size)
        tally.add(1.0, 1.0, tally.measure(prediction[rows], targets[rows], None))
        tally.add(0.0, 0.0, tally.measure(prediction[:0], targets[:0], None))  # as for a shard without rows
        if number % interval == 0:
            assert len(tally.states) == 2
    np.testing.assert_array_equal(tally.states[0], metric.measure(prediction, targets, None))
    assert tally.results()["median_absolute_error"] == np.median(np.abs(prediction - targets))


def test_each_kept_row_is_copied_only_a_few_times(monkeypatch):
    copied = 0
    merge = KeptRows.merge

    def counting(self, a, b):
        nonlocal copied
        merged = merge(self, a, b)
        copied += merged.size
        return merged

    monkeypatch.setattr(KeptRows, "merge", counting)
    tally, batches = RunningMetrics((MedianAbsoluteError(),)), 4096
    states = tally.measure(np.ones((2, 1)), np.zeros((2, 1)), None)
    for _ in range(batches):
        tally.add(0.0, 1.0, states)
    assert tally.states[0].size == 1 + batches * 4
    assert copied < 20 * batches * 4  # merging every batch at once would copy each row about batches / 2 times


def test_restored_states_accept_more_rows():
    prediction, targets = random_rows(50)
    metrics = MedianAbsoluteError(), R2()
    whole, second = RunningMetrics(metrics), RunningMetrics(metrics)
    for tally, start in ((whole, 0), (whole, 30)):
        rows = slice(start, start + (30 if start == 0 else 20))
        tally.add(1.0, 1.0, tally.measure(prediction[rows], targets[rows], None))
        if start == 0:
            second.states = [state.copy() for state in whole.states]
    second.add(1.0, 1.0, second.measure(prediction[30:], targets[30:], None))
    for state, expected in zip(second.states, whole.states, strict=True):
        np.testing.assert_array_equal(state, expected)
