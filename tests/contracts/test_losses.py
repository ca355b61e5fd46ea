"""The contract of all losses in the table."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.contracts.numeric import TOLERANCE, central_differences, relative_error
from tests.contracts.table import LOSS_ROWS, name_of
from tests.contracts.values import has_one_label_per_row, loss_of, outputs_and_targets

CASES = [case for cases in LOSS_ROWS.values() for case in cases]
over_all = pytest.mark.parametrize("case", CASES, ids=name_of)
WEIGHTS = np.array((0.5, 2, 0, 1.25, 3, 0.75))
weighted_or_not = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["unweighted", "weighted"])
EXTREMES = {
    "probabilities": (0.0, 1.0),
    "logits": (-1e4, 0.0, 1e4),
    "numbers": (-1e4, 0.0, 1e4),
    "rates": (0.0, 1.0, 1e4),
    "logarithms of rates": (-1e4, 0.0, 80.0),  # exp(89) is infinite in float32
}
PROBABILISTIC = ("probabilities", "logits")


def run(case, output, targets, weights=None, scale=1.0):
    """Return (prediction, sum of the losses, gradient of the output)."""
    prediction, total, backward = loss_of(case).forward(output, targets, weights)
    return prediction, total, backward(scale)


@over_all
@weighted_or_not
def test_the_gradient_agrees_with_central_differences(case, weights):
    output, targets = outputs_and_targets(case, 6)
    _, _, gradient = run(case, output, targets, weights, 0.7)
    expected = central_differences(lambda: 0.7 * run(case, output, targets, weights)[1], output)
    assert relative_error(gradient, expected) < TOLERANCE


@over_all
@weighted_or_not
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_preserved(case, weights, dtype):
    output, targets = outputs_and_targets(case, 6, dtype)
    weights = None if weights is None else weights.astype(dtype)
    prediction, total, gradient = run(case, output, targets, weights, 1 / 6)
    assert (prediction.dtype, gradient.dtype, type(total)) == (dtype, dtype, float)
    assert (prediction.shape, gradient.shape) == (output.shape, output.shape)


@over_all
@weighted_or_not
def test_arguments_are_not_modified(case, weights):
    output, targets = outputs_and_targets(case, 6)
    before = output.copy(), targets.copy(), WEIGHTS.copy()
    for array in (output, targets, WEIGHTS):
        array.flags.writeable = False
    prediction, _, backward = loss_of(case).forward(output, targets, weights)
    predicted = prediction.copy()
    gradient = backward(1.0)
    assert gradient.flags.writeable  # a layer's backward may overwrite it
    gradient.fill(np.nan)
    for array, expected in zip((output, targets, WEIGHTS, prediction), (*before, predicted), strict=True):
        np.testing.assert_array_equal(array, expected)


@over_all
@weighted_or_not
def test_backward_can_be_called_repeatedly(case, weights):
    output, targets = outputs_and_targets(case, 6)
    backward = loss_of(case).forward(output, targets, weights)[2]
    first = backward(0.5).copy()
    assert backward(0.5).tobytes() == first.tobytes()
    np.testing.assert_allclose(backward(1.0), 2 * first, rtol=1e-12)


@over_all
def test_forward_and_predict_give_the_same_prediction(case):
    output, targets = outputs_and_targets(case, 6)
    prediction = run(case, output, targets)[0]
    np.testing.assert_allclose(prediction, loss_of(case).predict(output), rtol=1e-14)
    if case.domain in PROBABILISTIC:
        assert ((prediction > 0) & (prediction < 1)).all()
    if case.domain == "logarithms of rates":
        np.testing.assert_allclose(np.log(prediction), output, rtol=1e-12)
    if loss_of(case).wants_sum_to_one:
        np.testing.assert_allclose(prediction.sum(axis=-1), 1, rtol=1e-12)


@over_all
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@weighted_or_not
def test_extreme_outputs_give_finite_losses_and_gradients(case, dtype, weights):
    units = int(np.prod(case.output_shape))
    combinations = product(EXTREMES[case.domain], repeat=min(units, 3))
    rows = np.array([np.resize(entries, case.output_shape) for entries in combinations], dtype)
    classes = units if loss_of(case).wants_sum_to_one else 2
    for target in range(max(units, 2)):
        of_rows = has_one_label_per_row(case)
        raw = np.full(
            len(rows) if of_rows else rows.shape, target if case.domain not in PROBABILISTIC else target % classes
        )
        targets = loss_of(case).encode(raw, case.output_shape, np.dtype(dtype))
        some = None if weights is None else np.resize(weights, len(rows)).astype(dtype)
        prediction, total, gradient = run(case, rows, targets, some, 1 / len(rows))
        assert np.isfinite(total)
        # a lower bound: the smallest possible loss; with weights, 0, which is the loss of an empty batch
        least = case.best(raw if some is None else raw[:0], case.output_shape)[1]
        assert total >= least - 1e-6 * abs(least)
        assert np.isfinite(gradient).all()
        assert np.isfinite(prediction).all()


@over_all
@pytest.mark.parametrize("cut", [1, 4])
@weighted_or_not
def test_losses_and_gradients_of_two_parts_add_up(case, cut, weights):
    output, targets = outputs_and_targets(case, 6)
    _, total, gradient = run(case, output, targets, weights, 0.2)
    parts = [
        run(case, output[rows], targets[rows], None if weights is None else weights[rows], 0.2)
        for rows in (slice(cut), slice(cut, None))
    ]
    assert sum(part[1] for part in parts) == pytest.approx(total, rel=1e-12)
    np.testing.assert_allclose(np.concatenate([part[2] for part in parts]), gradient, rtol=1e-12)


@over_all
def test_weights_of_one_change_nothing(case):
    output, targets = outputs_and_targets(case, 6)
    _, total, gradient = run(case, output, targets, None, 0.2)
    _, same_total, same_gradient = run(case, output, targets, np.ones(6), 0.2)
    assert same_total == pytest.approx(total, rel=1e-14)
    np.testing.assert_allclose(same_gradient, gradient, rtol=1e-14)


@over_all
def test_a_weight_of_two_counts_a_row_twice_and_zero_leaves_it_out(case):
    output, targets = outputs_and_targets(case, 4)
    twice = [0, 1, 1, 3]
    weights = np.array((1.0, 2, 0, 1))
    assert run(case, output, targets, weights)[1] == pytest.approx(
        run(case, output[twice], targets[twice])[1], rel=1e-12
    )
    gradient = run(case, output, targets, weights)[2]
    alone = run(case, output, targets)[2]
    np.testing.assert_allclose(gradient, alone * weights.reshape(-1, *[1] * len(case.output_shape)), rtol=1e-12)


@over_all
@pytest.mark.parametrize("weights", [None, np.empty(0)], ids=["unweighted", "weighted"])
def test_the_loss_of_no_rows_is_zero(case, weights):
    output, targets = outputs_and_targets(case, 0)
    prediction, total, gradient = run(case, output, targets, weights)
    assert total == 0
    assert prediction.shape == gradient.shape == output.shape


@over_all
def test_the_optimal_output_has_the_smallest_loss(case):
    output, targets = outputs_and_targets(case, 6)
    optimum, least = case.best(targets, case.output_shape)
    assert run(case, optimum, targets)[1] == pytest.approx(least, rel=1e-12, abs=1e-9)
    assert run(case, output, targets)[1] > least + 1e-3
    random = np.random.default_rng(7)
    for size in (1e-3, 0.1, 1.0):  # outputs near the optimum have no smaller loss
        nearby = optimum + size * random.standard_normal(optimum.shape)
        if case.domain == "rates":
            nearby = np.abs(nearby)
        if case.domain == "probabilities":
            nearby = np.clip(nearby, 1e-6, 1 - 1e-6)
            nearby /= nearby.sum(axis=-1, keepdims=True) if loss_of(case).wants_sum_to_one else 1
        assert run(case, nearby, targets)[1] > least - 1e-12


@over_all
@weighted_or_not
def test_the_baseline_is_the_loss_of_the_best_constant(case, weights):
    loss, (_, targets) = loss_of(case), outputs_and_targets(case, 6)
    assert loss.baseline(targets, weights) == pytest.approx(loss_of_best_constant(case, targets, weights), abs=1e-7)


def loss_of_best_constant(case, targets, weights):
    """Return the mean loss of the best constant output, found by gradient descent or by ternary search."""
    output = np.zeros((len(targets), *case.output_shape))
    divisor = len(targets) if weights is None else weights.sum()
    if loss_of(case).wants_sum_to_one:  # the outputs of the units depend on each other
        loss = replace(loss_of(case), from_logits=True)
        for _ in range(400):
            output -= 2 * loss.forward(output, targets, weights)[2](1 / divisor).sum(axis=0)
        return loss.forward(output, targets, weights)[1] / divisor
    low, high = {"probabilities": (1e-9, 1 - 1e-9), "rates": (1e-9, 9.0)}.get(case.domain, (-9.0, 9.0))
    output += (low + high) / 2
    for unit in np.ndindex(case.output_shape):
        below, above = low, high
        for _ in range(40):  # error 9 * (2 / 3)^40 = 8e-7; near its minimum a loss is flat or has a slope of at most 10
            thirds = (2 * below + above) / 3, (below + 2 * above) / 3
            lost = []
            for value in thirds:
                output[(slice(None), *unit)] = value
                lost.append(run(case, output, targets, weights)[1])
            below, above = (below, thirds[1]) if lost[0] < lost[1] else (thirds[0], above)
        output[(slice(None), *unit)] = (below + above) / 2
    return run(case, output, targets, weights)[1] / divisor
