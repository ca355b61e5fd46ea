"""Test the oracle against numbers computed by hand."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from tests.oracle import convolution, metrics, pooling
from tests.oracle.windows import extract_window, output_size, span, starts, zeros_around


def test_the_oracle_imports_only_types_from_nncli():
    for file in Path(__file__).parent.glob("*.py"):
        if not file.name.startswith("test_"):
            imports = [
                node.module for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)
            ]
            assert [name for name in imports if name.startswith("nncli")] in ([], ["nncli.core.types"])


def test_a_convolution_step_is_the_sum_of_products_plus_the_bias():
    patch = np.array([[1.0, 2], [3, 4]])[..., None]
    kernel = np.array([[10.0, 0], [-1, 0.5]])[..., None]
    assert convolution.convolution_step(patch, kernel, 7.0) == 10 + 0 - 3 + 2 + 7


def test_the_mask_marks_the_first_maximum():
    assert pooling.mask_of_maximum(np.array([[1, 3], [4, 2]])).tolist() == [[False, False], [True, False]]
    assert pooling.mask_of_maximum(np.array([[1, 3], [3, 3]])).tolist() == [[False, True], [False, False]]


def test_entries_of_a_window_share_a_value_equally():
    assert pooling.spread_evenly(3.0, (2, 3)).tolist() == [[0.5] * 3, [0.5] * 3]


@pytest.mark.parametrize(
    ("n", "window", "stride", "expected"),
    [
        (5, 3, 1, (1, 1)),
        (5, 2, 1, (0, 1)),  # an odd number of zeros has one more at the end
        (6, 3, 2, (0, 1)),
        (5, 3, 2, (1, 1)),
        (5, 4, 1, (1, 2)),
        (7, 1, 3, (0, 0)),
        (7, 2, 3, (0, 1)),
        (1, 3, 2, (1, 1)),
    ],
)
def test_same_padding_with_an_odd_number_of_zeros_has_one_more_at_the_end(n, window, stride, expected):
    assert zeros_around(n, window, stride, "same") == expected


def test_windows_start_at_multiples_of_the_stride():
    assert starts(5, 2, 2, "valid") == [0, 2]
    assert starts(5, 2, 2, "same") == [0, 2, 4]
    assert starts(5, 3, 2, 1) == [-1, 1, 3]
    assert starts(2, 3, 1, 0) == []
    assert output_size((5, 4), (3, 2), (2, 1), (1, 0)) == (3, 3)


def test_dilated_windows_skip_entries():
    assert span(3, 2) == (5, 5)
    assert span((1, 4), (3, 2)) == (1, 7)
    assert output_size((7, 5), (3, 2), 1, 0, 2) == (3, 3)
    assert output_size((7, 5), (3, 2), 2, "same", (3, 4)) == (4, 3)
    image = np.arange(9.0).reshape(3, 3)
    assert extract_window(image, (0, 1), 2, 9.0, (2, 1)).tolist() == [[1, 2], [7, 8]]
    assert extract_window(image, (-1, 0), 2, 9.0, 2).tolist() == [[9, 9], [3, 5]]


def test_a_filter_reads_the_channels_of_its_group():
    weight = np.zeros((1, 1, 3, 4))  # two groups of three channels with two filters each
    assert [convolution.channels_of(f, weight, 2) for f in range(4)] == [slice(0, 3)] * 2 + [slice(3, 6)] * 2
    assert convolution.channels_of(3, weight, 1) == slice(0, 3)


def test_entries_of_a_window_beyond_the_edge_have_the_fill_value():
    image = np.array([[1.0, 2], [3, 4]])
    assert extract_window(image, (-1, 1), 2, 9.0).tolist() == [[9, 9], [2, 9]]


def test_r2_of_constant_targets_is_0_or_1():
    assert metrics.r2([1.0, 2.0], [2.0, 2.0], [1, 1]) == 0
    assert metrics.r2([2.0, 2.0], [2.0, 2.0], [1, 1]) == 1
