"""The contract of all layers in the table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nncli.core.checked import registered_in
from nncli.nn.layer import Layer
from nncli.training.all_reduce import AllReduce
from tests.contracts.bound import Bound
from tests.contracts.numeric import TOLERANCE, central_differences, relative_error
from tests.contracts.table import LAYER_ROWS, name_of
from tests.contracts.values import inputs, made, spread
from tests.long import marked


def mixes(case):
    """Return whether the output of a row depends on the other rows of its batch."""
    return case.training and any(isinstance(item, Layer) and item.mixes_samples for item in registered_in(made(case)))


CASES = [case for cases in LAYER_ROWS.values() for case in cases]
over_all = pytest.mark.parametrize("case", marked(CASES), ids=name_of)
over_unmixed = pytest.mark.parametrize("case", marked(case for case in CASES if not mixes(case)), ids=name_of)
over_mixed = pytest.mark.parametrize("case", marked(case for case in CASES if mixes(case)), ids=name_of)


def output_gradient(case, rows, dtype=np.float64):
    return spread((rows, *made(case).output_shape(case.input_shape)), 9).astype(dtype)


@over_all
def test_gradients_agree_with_central_differences(case):
    bound, x, dy = Bound(case), inputs(case, 2), output_gradient(case, 2)
    _, dx, gradient = bound.gradients(x, dy)

    def weighted_output():
        return float(np.vdot(bound.forward(x), dy))

    if case.below is None:
        assert relative_error(dx, central_differences(weighted_output, x)) < TOLERANCE
    trained = bound.network.layout.trainable
    expected = central_differences(weighted_output, bound.network.vector[:trained])
    assert relative_error(gradient[:trained], expected) < TOLERANCE
    assert np.isfinite(gradient).all()
    # each parameter is also compared separately, because large gradients would hide errors in small ones
    for name, array in bound.network.layout.named(gradient[:trained]).items():
        expected = central_differences(weighted_output, bound.network.named()[name])
        assert relative_error(array, expected) < TOLERANCE, name


@over_all
def test_outputs_have_the_declared_shape(case):
    y, dx, _ = Bound(case).gradients(inputs(case, 3), output_gradient(case, 3))
    assert y.shape == (3, *made(case).output_shape(case.input_shape))
    assert dx.shape == (3, *case.input_shape)
    assert all(type(length) is int for length in made(case).output_shape(case.input_shape))


@over_all
def test_the_dtype_is_preserved(case):
    for dtype in (np.float32, np.float64):
        y, dx, gradient = Bound(case, dtype).gradients(inputs(case, 3, dtype), output_gradient(case, 3, dtype))
        assert (y.dtype, dx.dtype, gradient.dtype) == (dtype, dtype, dtype)


@over_all
def test_float32_agrees_with_float64(case):
    single = Bound(case, np.float32).gradients(inputs(case, 3, np.float32), output_gradient(case, 3, np.float32))
    double = Bound(case).gradients(inputs(case, 3), output_gradient(case, 3))
    for found, expected in zip(single, double, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@over_all
def test_inputs_parameters_and_outputs_are_not_modified(case):
    bound, x = Bound(case), inputs(case, 3)
    before, parameters = x.copy(), bound.network.vector.copy()
    x.flags.writeable = False
    y, backwards = bound.run.forward(x)
    outputs = y.copy()
    bound.run.backward(output_gradient(case, 3), backwards)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(bound.network.vector, parameters)
    np.testing.assert_array_equal(y, outputs)


@over_unmixed
def test_a_batch_of_one_equals_a_row_of_a_larger_batch(case):
    x, dy = inputs(case, 4), output_gradient(case, 4)
    y, dx, _ = Bound(case).gradients(x, dy)
    for row in range(4):
        one_y, one_dx, gradient = Bound(case, first_row=row).gradients(x[row : row + 1], dy[row : row + 1])
        np.testing.assert_allclose(one_y[0], y[row], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one_dx[0], dx[row], rtol=1e-12, atol=1e-12)
        assert np.isfinite(gradient).all()


@over_all
def test_an_empty_batch_has_a_zero_gradient(case):
    y, dx, gradient = Bound(case).gradients(inputs(case, 0), output_gradient(case, 0))
    assert y.shape == (0, *made(case).output_shape(case.input_shape))
    assert dx.shape == (0, *case.input_shape)
    bound = Bound(case)
    trained = bound.network.layout.trainable
    np.testing.assert_array_equal(gradient[:trained], 0)
    np.testing.assert_array_equal(gradient[trained:], bound.network.vector[trained:])  # buffers keep their values


@over_unmixed
def test_gradients_of_two_parts_of_a_batch_add_up(case):
    x, dy = inputs(case, 5), output_gradient(case, 5)
    y, dx, gradient = Bound(case).gradients(x, dy)
    for cut in (1, 3):
        first = Bound(case).gradients(x[:cut], dy[:cut])
        second = Bound(case, first_row=cut).gradients(x[cut:], dy[cut:])
        np.testing.assert_allclose(np.concatenate((first[0], second[0])), y, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(np.concatenate((first[1], second[1])), dx, rtol=1e-12, atol=1e-12)
        trained = Bound(case).network.layout.trainable
        np.testing.assert_allclose((first[2] + second[2])[:trained], gradient[:trained], rtol=1e-12, atol=1e-12)


@over_mixed
@pytest.mark.parametrize("one_at_a_time", [False, True])
def test_two_shards_with_all_reduce_equal_the_whole_batch(case, one_at_a_time):
    x, dy = inputs(case, 5), output_gradient(case, 5)
    y, dx, gradient = Bound(case).gradients(x, dy)
    for edge in (1, 3):
        all_reduce = AllReduce(2, one_at_a_time=one_at_a_time)

        def part(index, rows, all_reduce=all_reduce):
            bound = Bound(case, first_row=rows.start or 0)
            state = bound.run.pass_state
            state.batch_rows, state.shard, state.batch_sum = len(x), index, all_reduce.batch_sum_for(index)
            with all_reduce.turn():
                return bound.gradients(x[rows], dy[rows])

        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(part, 1, slice(edge, None))
            first = part(0, slice(0, edge))
            second = waiting.result()
        np.testing.assert_allclose(np.concatenate((first[0], second[0])), y, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(np.concatenate((first[1], second[1])), dx, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(first[2] + second[2], gradient, rtol=1e-12, atol=1e-12)


@over_mixed
def test_outputs_of_layers_that_mix_rows_depend_on_the_other_rows(case):
    x = inputs(case, 4)
    assert np.abs(Bound(case).forward(x)[:2] - Bound(case).forward(x[:2])).max() > 1e-3


@over_all
def test_results_are_deterministic_bit_for_bit(case):
    bound, x, dy = Bound(case, np.float32), inputs(case, 4, np.float32), output_gradient(case, 4, np.float32)
    first, again, anew = bound.gradients(x, dy), bound.gradients(x, dy), Bound(case, np.float32).gradients(x, dy)
    for expected, *found in zip(first, again, anew, strict=True):
        for array in found:
            assert array.tobytes() == expected.tobytes()


@over_all
def test_inputs_and_gradients_can_be_views(case):
    x, dy = inputs(case, 3), output_gradient(case, 3)
    expected = Bound(case).gradients(x, dy)
    bound = Bound(case)
    bound.run.gradient.fill(np.nan)
    y, backwards = bound.run.forward(strided(x))
    dx = bound.run.backward(strided(dy), backwards)
    if case.below is not None:
        dx = np.zeros_like(x)
    for found, wanted in zip((y, dx, bound.run.gradient), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def strided(array):
    """Return the same values as a view with gaps along every axis."""
    gaps = np.full([2 * length for length in array.shape], np.nan)
    view = gaps[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


@over_all
def test_parameter_gradients_are_the_same_without_the_input_gradient(case):
    x, dy = inputs(case, 3), output_gradient(case, 3)
    _, _, gradient = Bound(case).gradients(x, dy)
    bound = Bound(case, input_gradient=False)
    _, dx, same = bound.gradients(x, dy)
    assert same.tobytes() == gradient.tobytes()
    assert dx is None or not bound.network.vector.size  # layers with parameters then return no dx
