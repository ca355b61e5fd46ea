"""Where windows lie: sizes and padding."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from nncli.core.errors import ShapeError
from nncli.nn.windows import Windows, pair


def test_a_number_stands_for_both_axes():
    assert pair(3) == (3, 3)
    assert pair((2, 5)) == (2, 5)


@pytest.mark.parametrize("n", range(1, 12))
@pytest.mark.parametrize("window", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_as_many_windows_as_the_formulas_say(n, window, stride):
    same = Windows.over((n, n, 1), window, stride, "same")
    assert same.output == (ceil(n / stride),) * 2
    assert same.after[0] - same.before[0] in (0, 1)  # the odd zero at the end
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


def test_padding_goes_around_the_images():
    windows = Windows.over((2, 3, 2), (2, 2), 1, "same")
    x = np.arange(1.0, 13).reshape(1, 2, 3, 2)
    padded = windows.pad(x, -1)
    assert padded.shape == (1, 3, 4, 2)
    np.testing.assert_array_equal(padded[:, :2, :3], x)  # nothing above and on the left
    np.testing.assert_array_equal(padded[:, 2], -1)
    np.testing.assert_array_equal(padded[:, :, 3], -1)
    np.testing.assert_array_equal(windows.crop(padded), x)


def test_without_padding_nothing_is_copied_and_nothing_lost():
    windows = Windows.over((4, 5, 1), 2, 1, 0)
    x = np.ones((1, 4, 5, 1))
    assert not windows.padded
    assert windows.pad(x) is x
    assert windows.crop(x).shape == x.shape  # a slice of -0 would be empty


def test_padding_along_one_axis_alone():
    windows = Windows.over((4, 5, 1), 2, 1, (0, 1))
    assert windows.padded
    x = np.ones((1, 4, 5, 1))
    assert windows.pad(x).shape == (1, 4, 7, 1)
    np.testing.assert_array_equal(windows.crop(windows.pad(x)), x)


def test_positions_are_in_row_order_and_take_that_entry_of_every_window():
    windows = Windows.over((5, 6, 1), (2, 3), (3, 2), 0)
    padded = np.arange(30.0).reshape(1, 5, 6, 1)
    positions = list(windows.positions())
    assert [(i, j) for i, j, _ in positions] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    for i, j, index in positions:
        expected = [[padded[0, 3 * row + i, 2 * column + j, 0] for column in range(2)] for row in range(2)]
        np.testing.assert_array_equal(padded[index][0, :, :, 0], expected)


@pytest.mark.parametrize("shape", [(4,), (4, 4), (4, 4, 1, 1), ()], ids=str)
def test_only_images_have_windows(shape):
    with pytest.raises(ShapeError, match=r"wants \(height, width, channels\)"):
        Windows.over(shape, 2, 1, 0)


@pytest.mark.parametrize(
    ("shape", "padding"), [((1, 9, 1), 0), ((9, 2, 1), 0), ((1, 9, 1), "valid"), ((9, 1, 1), (4, 0))]
)
def test_a_window_larger_than_the_image(shape, padding):
    with pytest.raises(ShapeError, match="wants at least 2 rows and 3 columns, padding included, for its window"):
        Windows.over(shape, (2, 3), 1, padding)


def test_a_window_as_large_as_the_padded_image():
    assert Windows.over((1, 1, 1), 3, 1, 1).output == (1, 1)


@pytest.mark.parametrize("shape", [(0, 3, 1), (3, 0, 1)])
def test_an_image_without_pixels(shape):
    with pytest.raises(ShapeError, match="wants at least"):
        Windows.over(shape, 1, 1, "same")
