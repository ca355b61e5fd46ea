"""Running sums of a loss and some metrics."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.metrics import R2, MeanAbsoluteError
from nncli.nn.tally import Tally


def test_short_batches_count_by_their_rows():
    random = np.random.default_rng(0)
    targets = 50 + random.standard_normal((10, 1))
    prediction = targets + random.standard_normal((10, 1))
    tally = Tally((MeanAbsoluteError(), R2()))
    for start, stop in ((0, 4), (4, 8), (8, 10)):  # the last one is short
        p, t = prediction[start:stop], targets[start:stop]
        tally.add(float(((p - t) ** 2).sum()), stop - start, tally.measure(p, t, None))
    results = tally.results()
    assert list(results) == ["loss", "mae", "r2"]
    assert results["loss"] == pytest.approx(((prediction - targets) ** 2).mean())
    assert results["mae"] == pytest.approx(np.abs(prediction - targets).mean())
    assert results["r2"] == pytest.approx(1 - ((prediction - targets) ** 2).mean() / targets.var())


def test_the_divisor_may_be_a_sum_of_weights():
    tally = Tally(())
    tally.add(3.0, 1.5, ())
    tally.add(1.0, 0.5, ())
    assert tally.results() == {"loss": 2.0}


def test_two_tallies_share_nothing():
    one, other = Tally((MeanAbsoluteError(),)), Tally((MeanAbsoluteError(),))
    one.add(1.0, 1.0, one.measure(np.ones((1, 1)), np.zeros((1, 1)), None))
    assert other.divisor == 0
    assert other.states[0].size == 0
