"""Test the geometry of windows: sizes, padding, positions."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from nncli.core.errors import ShapeError
from nncli.ops.windows import Windows, pair


def test_a_number_stands_for_both_axes():
    assert pair(3) == (3, 3)
    assert pair((2, 5)) == (2, 5)


@pytest.mark.parametrize("n", range(1, 12))
@pytest.mark.parametrize("window", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_number_of_windows_follows_the_formula_of_each_padding(n, window, stride):
    same = Windows.over((n, n, 1), window, stride, "same")
    assert same.output == (ceil(n / stride),) * 2
    assert same.after[0] - same.before[0] in (0, 1)  # if the number of zeros is odd, the end gets one more
    for padding in (0, 1, 4):
        if n + 2 * padding >= window:
            numbered = Windows.over((n, n, 1), window, stride, padding)
            assert numbered.output == ((n + 2 * padding - window) // stride + 1,) * 2
            assert numbered.before == numbered.after == (padding, padding)
    if n >= window:
        assert Windows.over((n, n, 1), window, stride, "valid") == Windows.over((n, n, 1), window, stride, 0)


def test_height_and_width_have_their_own_window_stride_and_padding():
    windows = Windows.over((7, 10, 3), (2, 5), (3, 1), (1, 4))
    assert windows.output == ((7 + 2 - 2) // 3 + 1, (10 + 8 - 5) // 1 + 1)
    assert (windows.before, windows.after) == ((1, 4), (1, 4))
    same = Windows.over((7, 10, 3), (2, 5), (1, 3), "same")
    assert (same.output, same.before, same.after) == ((7, 4), (0, 2), (1, 2))


def test_padding_is_added_around_the_images():
    windows = Windows.over((2, 3, 2), (2, 2), 1, "same")
    x = np.arange(1.0, 13).reshape(1, 2, 3, 2)
    padded = windows.pad(x, -1)
    assert padded.shape == (1, 3, 4, 2)
    np.testing.assert_array_equal(padded[:, :2, :3], x)  # nothing above and on the left
    np.testing.assert_array_equal(padded[:, 2], -1)
    np.testing.assert_array_equal(padded[:, :, 3], -1)
    np.testing.assert_array_equal(windows.crop(padded), x)


def test_images_without_padding_are_neither_copied_nor_cropped():
    windows = Windows.over((4, 5, 1), 2, 1, 0)
    x = np.ones((1, 4, 5, 1))
    assert not windows.padded
    assert windows.pad(x) is x
    assert windows.crop(x).shape == x.shape  # a slice [:-0] would be empty


def test_padding_can_be_along_one_axis_only():
    windows = Windows.over((4, 5, 1), 2, 1, (0, 1))
    assert windows.padded
    x = np.ones((1, 4, 5, 1))
    assert windows.pad(x).shape == (1, 4, 7, 1)
    np.testing.assert_array_equal(windows.crop(windows.pad(x)), x)


def test_positions_are_in_row_order_and_select_one_element_per_window():
    windows = Windows.over((5, 6, 1), (2, 3), (3, 2), 0)
    padded = np.arange(30.0).reshape(1, 5, 6, 1)
    positions = list(windows.positions())
    assert [(i, j) for i, j, _ in positions] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    for i, j, index in positions:
        expected = [[padded[0, 3 * row + i, 2 * column + j, 0] for column in range(2)] for row in range(2)]
        np.testing.assert_array_equal(padded[index][0, :, :, 0], expected)


@pytest.mark.parametrize("n", [5, 9])
@pytest.mark.parametrize(("window", "dilation", "span"), [(2, 3, 4), (3, 2, 5), (1, 4, 1), (3, 1, 3)])
def test_a_dilated_window_has_the_same_geometry_as_a_window_of_its_span(n, window, dilation, span):
    for stride in (1, 2, 3):
        for padding in ("valid", "same", 0, 2):
            found = Windows.over((n, n, 1), window, stride, padding, dilation)
            wanted = Windows.over((n, n, 1), span, stride, padding)
            assert (found.output, found.before, found.after) == (wanted.output, wanted.before, wanted.after)


def test_positions_of_a_dilated_window_skip_elements():
    windows = Windows.over((5, 7, 1), 2, (2, 1), 0, (2, 3))
    assert windows.output == (2, 4)
    padded = np.arange(35.0).reshape(1, 5, 7, 1)
    for i, j, index in windows.positions():
        expected = [[padded[0, 2 * row + 2 * i, column + 3 * j, 0] for column in range(4)] for row in range(2)]
        np.testing.assert_array_equal(padded[index][0, :, :, 0], expected)
    assert not Windows.over((4, 4, 1), 2, 2, 0, 3).tiled


def test_scatter_add_adds_to_the_elements_of_every_window():
    windows = Windows.over((2, 3, 1), 2, 1, (1, 0))
    found = windows.scatter_add(np.zeros((1, 4, 3, 1)), lambda i, j: np.full((1, 3, 2, 1), 10.0**i))
    # each image row is the second row of a window (10) and the first row of the next (1); column 1 is in two windows
    np.testing.assert_array_equal(found[0, :, :, 0], ((11, 22, 11), (11, 22, 11)))


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("padding", [0, 1, 4, "same"])
def test_transposed_windows_select_the_outputs_that_an_element_contributes_to(padding, dilation):
    windows = Windows.over((6, 5, 1), (3, 2), 1, padding, dilation)
    reached = {}  # input element -> the outputs that it contributes to, in the order of window positions
    padded = windows.pad(np.arange(30.0).reshape(1, 6, 5, 1), -1)
    for _, _, index in windows.positions():
        for output, entry in np.ndenumerate(padded[index][0, :, :, 0]):
            reached.setdefault(entry, []).append(output)
    turned = windows.transposed
    values = np.arange(np.prod(windows.output) * 1.0).reshape(1, *windows.output, 1)
    taken = [turned.pad(values, -1)[index][0, :, :, 0].ravel() for _, _, index in turned.positions()]
    for entry in range(30):
        found = [number[entry] for number in taken if number[entry] >= 0]
        assert found == [values[0][output][0] for output in reversed(reached[entry])]


def test_negative_padding_crops_rows_and_columns():
    windows = Windows.over((2, 3, 1), 1, 1, (2, 1)).transposed
    assert (windows.before, windows.after) == ((-2, -1), (-2, -1))
    x = np.arange(30.0).reshape(1, 6, 5, 1)
    np.testing.assert_array_equal(windows.pad(x), x[:, 2:4, 1:4])


def test_a_sequence_is_an_image_of_height_1():
    windows = Windows.along((9, 4), 3, 2, 1, 2)
    assert windows == Windows.over((1, 9, 4), (1, 3), (1, 2), (0, 1), (1, 2))
    assert (windows.input, windows.output) == ((1, 9), (1, (9 + 2 - 5) // 2 + 1))
    assert Windows.along((9, 4), 2, 2, "same").output == (1, 5)


def test_along_refuses_inputs_that_are_not_sequences_or_are_too_short():
    for shape in ((4,), (4, 4, 1)):
        with pytest.raises(ShapeError, match=r"wants \(length, channels\)"):
            Windows.along(shape, 2, 1, 0)
    with pytest.raises(ShapeError, match="wants a length of at least 5, padding included, for its window"):
        Windows.along((2, 1), 5, 1, 1)
    with pytest.raises(ShapeError, match="wants a length of at least 7, padding included, for its dilated window"):
        Windows.along((6, 1), 3, 1, 0, 3)
    with pytest.raises(ShapeError, match="wants at least 5 rows and 1 columns, padding included, for its dilated wind"):
        Windows.over((4, 4, 1), (3, 1), 1, 0, 2)


@pytest.mark.parametrize("shape", [(4,), (4, 4), (4, 4, 1, 1), ()], ids=str)
def test_over_refuses_inputs_that_are_not_images(shape):
    with pytest.raises(ShapeError, match=r"wants \(height, width, channels\)"):
        Windows.over(shape, 2, 1, 0)


@pytest.mark.parametrize(
    ("shape", "padding"), [((1, 9, 1), 0), ((9, 2, 1), 0), ((1, 9, 1), "valid"), ((9, 1, 1), (4, 0))]
)
def test_over_refuses_a_window_larger_than_the_image(shape, padding):
    with pytest.raises(ShapeError, match="wants at least 2 rows and 3 columns, padding included, for its window"):
        Windows.over(shape, (2, 3), 1, padding)


def test_over_accepts_a_window_as_large_as_the_padded_image():
    assert Windows.over((1, 1, 1), 3, 1, 1).output == (1, 1)


@pytest.mark.parametrize("shape", [(0, 3, 1), (3, 0, 1)])
def test_over_refuses_an_image_without_pixels(shape):
    with pytest.raises(ShapeError, match="wants at least"):
        Windows.over(shape, 1, 1, "same")
