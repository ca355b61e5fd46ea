"""Compare the compiled convolution with the convolution by patches."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nncli.ops import current_ops
from nncli.ops.compiled.conv_choice import compiled_is_faster
from nncli.ops.compiled.loading import load_compiled
from nncli.ops.patches import convolve_patches
from nncli.ops.windows import Windows

compiled = load_compiled("convolution")
needs_numba = pytest.mark.skipif(compiled is None, reason="numba is not installed, or NNCLI_COMPILED is 0")

CASES = [  # n, height, width, channels, filters, kernel size, stride, padding
    (3, 5, 14, 16, 16, 3, 1, "same"),
    (1, 4, 7, 5, 40, (2, 3), 1, "valid"),
    (3, 3, 13, 3, 8, (1, 2), (1, 2), 0),
    (3, 6, 6, 1, 10, 5, 1, "same"),
    (1, 7, 12, 33, 17, 3, 2, "same"),
    (3, 9, 11, 2, 3, (3, 2), 1, (2, 1)),
    (1, 70, 8, 4, 33, (3, 1), (2, 1), "valid"),
    (1, 1, 80, 3, 24, (1, 5), 1, (0, 4)),
    (2, 3, 6, 4, 64, 3, 1, "same"),
    (1, 2, 6, 20, 5, 2, 1, 3),  # the input gradient uses only a part of dy
    (0, 5, 8, 3, 4, 3, 1, "same"),
]
TOLERANCE = {"float32": 3e-6, "float64": 1e-14}


def make_inputs(case, dtype="float64"):
    """Return (x, W, windows, bias, dy) of a case."""
    n, height, width, channels, filters, kernel_size, stride, padding = case
    windows = Windows.over((height, width, channels), kernel_size, stride, padding)
    shapes = (
        (n, height, width, channels),
        (*windows.window, channels, filters),
        (filters,),
        (n, *windows.output, filters),
    )
    rng = np.random.default_rng(math.prod(case[1:5]))
    x, W, bias, dy = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    return x, W, windows, bias, dy


def computed(convolve, x, W, windows, bias, dy):
    """Return (y, dW, dx)."""
    y, backward = convolve(x, W, windows, bias)
    dW = np.full(W.shape, np.nan, W.dtype)
    dx = backward(dy, dW, True)
    assert backward(dy, np.empty_like(W), False) is None
    return y, dW, dx


@needs_numba
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_compiled_convolution_agrees_with_patches(case, dtype):
    arrays = make_inputs(case, dtype)
    copies = [array.copy() for array in (arrays[0], arrays[1], arrays[3], arrays[4])]
    for name, got, expected in zip(
        ("y", "dW", "dx"), computed(compiled.convolve, *arrays), computed(convolve_patches, *arrays), strict=True
    ):
        assert got.dtype == expected.dtype == dtype
        assert got.shape == expected.shape
        scale = np.abs(expected).max(initial=1)
        np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE[dtype] * scale, err_msg=name)
    for array, before in zip((arrays[0], arrays[1], arrays[3], arrays[4]), copies, strict=True):
        np.testing.assert_array_equal(array, before)


@needs_numba
@pytest.mark.parametrize("filters", [*range(3, 11), 15, 16, 17, 23, 24, 25, 31, 32])
def test_any_number_of_filters_and_columns_agrees_with_patches(filters):
    arrays = make_inputs((1, 3, filters + 4, 2, filters, 2, 1, "valid"))  # 6 to 35 columns in the output
    for got, expected in zip(computed(compiled.convolve, *arrays), computed(convolve_patches, *arrays), strict=True):
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13)


@needs_numba
def test_convolution_without_bias_agrees_with_patches():
    x, W, windows, _, _ = make_inputs(CASES[0])
    got, expected = (convolve(x, W, windows)[0] for convolve in (compiled.convolve, convolve_patches))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13)


@needs_numba
def test_memory_order_and_read_only_arrays_do_not_change_results():
    x, W, windows, bias, dy = make_inputs(CASES[0])
    expected = computed(compiled.convolve, x, W, windows, bias, dy)
    strange = [np.asfortranarray(array) for array in (x, W, dy)]
    for array in strange:
        array.flags.writeable = False
    got = computed(compiled.convolve, strange[0], strange[1], windows, bias, strange[2])
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@needs_numba
def test_results_have_the_same_bits_on_several_threads():
    arrays = make_inputs((3, 6, 9, 5, 17, 3, 1, "same"), "float32")
    first = computed(compiled.convolve, *arrays)
    with ThreadPoolExecutor(2) as pool:
        for again in pool.map(lambda _: computed(compiled.convolve, *arrays), range(6)):
            for one, other in zip(again, first, strict=True):
                np.testing.assert_array_equal(one, other)


@needs_numba
def test_an_image_has_the_same_bits_alone_and_in_a_batch():
    x, W, windows, bias, _ = make_inputs(CASES[0], "float32")
    y, _ = compiled.convolve(x, W, windows, bias)
    for i in range(len(x)):
        np.testing.assert_array_equal(compiled.convolve(x[i : i + 1], W, windows, bias)[0], y[i : i + 1])


@needs_numba
def test_nonfinite_numbers_affect_only_their_windows():
    x, W, windows, bias, _ = make_inputs((1, 5, 9, 2, 3, 3, 1, "same"))
    x[0, 0, 0, 0], x[0, 4, 8, 1] = np.nan, np.inf
    got, expected = (convolve(x, W, windows, bias)[0] for convolve in (compiled.convolve, convolve_patches))
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(got), np.isinf(expected))
    assert 0 < (~np.isfinite(got)).sum() < got.size / 2


@needs_numba
def test_compiled_convolution_is_used_if_it_is_faster_and_enabled(without_numba):
    x, W, windows, bias, _ = make_inputs((2, 8, 8, 16, 16, 3, 1, "same"), "float32")
    enabled, _ = current_ops().convolve(x, W, windows, 1, bias)
    np.testing.assert_array_equal(enabled, compiled.convolve(x, W, windows, bias)[0])
    without_numba()
    disabled, _ = current_ops().convolve(x, W, windows, 1, bias)
    np.testing.assert_array_equal(disabled, convolve_patches(x, W, windows, bias)[0])
    assert not np.array_equal(enabled, disabled)  # the order of the sums differs, so the bits show which one ran


@pytest.mark.parametrize(
    ("expected", "filters", "kernel_size", "dilation", "width", "dtype"),
    [
        (True, 3, 3, 1, 6, "float32"),
        (True, 64, (1, 2), 1, 7, "float64"),
        (False, 2, 3, 1, 6, "float32"),  # few filters
        (False, 16, 1, 1, 6, "float32"),  # windows of one element
        (False, 16, 3, 2, 9, "float32"),  # dilated
        (False, 16, 3, 1, 5, "float32"),  # short rows
        (False, 16, 3, 1, 6, "float16"),
    ],
)
def test_compiled_is_faster_selects_suitable_convolutions(expected, filters, kernel_size, dilation, width, dtype):
    windows = Windows.over((8, width, 4), kernel_size, 1, "same", dilation)
    assert compiled_is_faster(windows, filters, np.dtype(dtype)) is expected


def test_numpy_is_used_without_numba(without_numba):
    without_numba()
    assert load_compiled("convolution") is None
    assert current_ops().compiler == "none"


@needs_numba
def test_the_compiler_is_reported():
    import numba

    assert current_ops().compiler == f"numba {numba.__version__}"
