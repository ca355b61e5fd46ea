"""The contract of all metrics in the table."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from nncli.nn.evaluation.running_metrics import RunningMetrics
from tests.contracts.table import METRIC_ROWS, name_of
from tests.contracts.values import made

CASES = [case for cases in METRIC_ROWS.values() for case in cases]
over_all = pytest.mark.parametrize("case", CASES, ids=name_of)
weighted_or_not = pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
ROWS = 12


def rows_of(case, weighted=False, dtype=np.float64):
    """Return (prediction, targets, weights); regression targets are large, so that sums of squares lose precision."""
    random = np.random.default_rng(9 if case.labels else 8)  # every label is 0 and 1 in rows of weight > 0
    weights = random.integers(0, 4, ROWS).astype(dtype) if weighted else None
    if made(case).target_kind == "classes":
        prediction = random.integers(0, 5, (ROWS, *case.prediction_shape)) / 4  # with ties
        classes = 2 if case.labels else max(2, case.prediction_shape[-1])
        shape = (ROWS, *case.prediction_shape) if case.labels or case.prediction_shape == (1,) else (ROWS,)
        return prediction.astype(dtype), random.integers(classes, size=shape).astype(dtype), weights
    targets = 1000 + random.standard_normal((ROWS, *case.prediction_shape))
    prediction = targets + 0.3 * random.standard_normal(targets.shape)
    return prediction.astype(dtype), targets.astype(dtype), weights


def score(case, prediction, targets, weights=None):
    return made(case).finish(made(case).measure(prediction, targets, weights))


def cut(arrays, start, stop):
    return [None if array is None else array[start:stop] for array in arrays]


@over_all
@weighted_or_not
def test_values_agree_with_the_definition(case, weighted):
    for dtype in (np.float32, np.float64):
        prediction, targets, weights = rows_of(case, weighted, dtype)
        expected = case.oracle(prediction, targets, np.ones(ROWS) if weights is None else weights)
        found = score(case, prediction, targets, weights)
        assert type(found) is float
        assert found == pytest.approx(expected, rel=1e-9), dtype


@over_all
@weighted_or_not
def test_merged_parts_equal_the_whole(case, weighted):
    arrays = rows_of(case, weighted)
    if arrays[2] is not None:
        arrays[2][[0, 3]] = 1  # no part has only weights of 0
    whole = pytest.approx(score(case, *arrays), rel=1e-9)
    for cuts in ((0, 5, ROWS), (0, 1, ROWS), (0, 3, 4, 9, ROWS)):
        parts = [made(case).measure(*cut(arrays, *pair)) for pair in pairwise(cuts)]
        for order in (parts, parts[::-1]):
            merged = reduce(made(case).merge, order, np.empty(0))
            assert made(case).finish(merged) == whole, cuts


@over_all
def test_merging_an_empty_part_changes_nothing(case):
    arrays = rows_of(case)
    state = made(case).measure(*arrays)
    for none in (np.empty(0), made(case).measure(*cut(arrays, 0, 0))):
        for merged in (made(case).merge(state, none), made(case).merge(none, state)):
            np.testing.assert_array_equal(merged, state)


@over_all
def test_merging_rows_of_weight_0_changes_nothing(case):
    arrays = rows_of(case, True)
    arrays[2][:3] = 0  # the other rows contain all classes
    state = made(case).measure(*cut(arrays, 3, ROWS))
    none = made(case).measure(*cut(arrays, 0, 3))
    for merged in (made(case).merge(state, none), made(case).merge(none, state)):
        assert made(case).finish(merged) == made(case).finish(state)


@over_all
def test_an_integer_weight_equals_repeating_the_row(case):
    prediction, targets, _ = rows_of(case)
    weights = np.arange(ROWS) % 3.0
    rows = np.repeat(np.arange(ROWS), np.arange(ROWS) % 3)
    assert score(case, prediction, targets, weights) == pytest.approx(score(case, prediction[rows], targets[rows]))
    assert score(case, prediction, targets, np.ones(ROWS)) == pytest.approx(score(case, prediction, targets))


@over_all
@weighted_or_not
def test_arguments_are_not_modified(case, weighted):
    arrays = rows_of(case, weighted)
    before = [None if array is None else array.copy() for array in arrays]
    state = made(case).measure(*arrays)
    states = state.copy(), made(case).measure(*cut(arrays, 0, 4))
    merged = made(case).merge(*states)
    made(case).finish(merged)
    np.testing.assert_array_equal(states[0], state)
    for array, expected in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, expected)


@over_all
def test_the_state_is_a_float64_vector(case):
    state = made(case).measure(*rows_of(case, True, np.float32))
    assert (state.ndim, state.dtype) == (1, np.float64)


@over_all
def test_a_perfect_prediction_has_the_best_score(case):
    prediction, targets, _ = rows_of(case)
    if made(case).target_kind == "classes" and not case.labels:
        classes = targets.reshape(-1).astype(int)
        best = targets if case.prediction_shape == (1,) else np.eye(case.prediction_shape[0])[classes]
    else:
        best = targets
    sign = 1 if made(case).higher_is_better else -1
    assert sign * score(case, best, targets) > sign * score(case, prediction, targets)
    if case.config["type"] == "log_loss":  # log_loss clips probabilities away from 0 and 1
        assert score(case, best, targets) == -np.log(1 - np.finfo(best.dtype).eps)
    else:
        assert score(case, best, targets) == (1.0 if made(case).higher_is_better else 0.0)


@over_all
def test_many_small_parts_equal_the_whole(case):
    arrays = rows_of(case, True)
    arrays[2][arrays[2] == 0] = 1
    metric = made(case)
    tally = RunningMetrics((metric,))
    for row in range(ROWS):
        tally.add(0.0, 1.0, tally.measure(*cut(arrays, row, row + 1)))
        if row % 5 == 4:
            tally.results()  # intermediate results change nothing
    (state,) = tally.states
    if metric.keeps_rows:
        np.testing.assert_array_equal(state, metric.measure(*arrays))
    else:
        np.testing.assert_allclose(state, metric.measure(*arrays), rtol=1e-9)


@over_all
def test_the_state_grows_with_the_rows_only_if_keeps_rows_is_true(case):
    arrays = rows_of(case)
    few, many = (made(case).measure(*cut(arrays, 0, stop)) for stop in (4, ROWS))
    assert (few.size < many.size) == made(case).keeps_rows
