"""Quantiles with weights."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.losses.weighted_quantile import weighted_quantile

VALUES = np.array((5.0, 1, 3))


@pytest.mark.parametrize(("share", "expected"), [(0.1, 1), (1 / 3, 1), (0.34, 3), (0.5, 3), (0.7, 5), (0.99, 5)])
def test_quantile_is_the_smallest_value_that_reaches_the_fraction(share, expected):
    assert weighted_quantile(VALUES, np.ones(3), share) == expected


@pytest.mark.parametrize(("weight", "expected"), [((3, 1, 1), 5), ((1, 3, 1), 1), ((1, 0, 0), 5), ((1, 0, 2), 3)])
def test_a_weight_of_n_counts_like_n_copies_of_the_value(weight, expected):
    weight = np.array(weight)
    assert weighted_quantile(VALUES, weight * 1.0, 0.5) == expected
    assert weighted_quantile(np.repeat(VALUES, weight), np.ones(weight.sum()), 0.5) == expected
