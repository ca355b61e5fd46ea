"""The orthogonal initializer: matrices are orthogonal and drawn uniformly."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.initializers import Orthogonal
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network

COUNT = 250  # number of matrices


def drawn(shape, seed=1, gain=1.0):
    return Orthogonal(gain).draw(np.random.default_rng(seed), shape, 1, 1)


def gram_schmidt(a):
    """Return the columns of a matrix, orthonormalized by the Gram-Schmidt process."""
    done = []
    for column in a.T:
        rest = column - sum((column @ other * other for other in done), np.zeros(len(column)))
        done.append(rest / np.sqrt(rest @ rest))
    return np.array(done).T


@pytest.mark.parametrize("gain", [1.0, 1.5])
@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (3, 2, 4, 5), (2, 2, 1, 7), (5, 1), (5,), (1, 1)], ids=str)
def test_columns_or_rows_are_orthogonal_with_norm_gain(shape, gain):
    matrix = drawn(shape, gain=gain).reshape(-1, shape[-1])  # (rows, columns)
    rows, columns = matrix.shape
    product = matrix.T @ matrix if rows >= columns else matrix @ matrix.T
    np.testing.assert_allclose(product, gain**2 * np.eye(min(rows, columns)), atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7)], ids=str)
def test_values_match_gram_schmidt(shape):
    long, short = max(shape), min(shape)
    expected = gram_schmidt(np.random.default_rng(1).standard_normal((long, short)))
    np.testing.assert_allclose(drawn(shape), expected if shape[0] == long else expected.T, rtol=0, atol=1e-12)


def test_matrices_are_uniformly_distributed():
    # uniform orthogonal 3 x 3 matrices: entries have mean 0 and mean square 1 / 3; half of the determinants are -1
    matrices = np.array([drawn((3, 3), seed) for seed in range(COUNT)])
    assert np.abs(matrices.mean(axis=0)).max() < 4 / np.sqrt(3 * COUNT)
    assert np.abs((matrices**2).mean(axis=0) - 1 / 3).max() < 4 * 0.3 / np.sqrt(COUNT)  # a squared entry has std 0.298
    assert np.abs(np.linalg.det(matrices).mean()) < 4 / np.sqrt(COUNT)


def test_filters_of_a_kernel_are_orthonormal():
    layer = {"type": "conv2d", "filters": 4, "kernel_size": [3, 2], "initializer": "orthogonal"}
    network = Network(layers_of([layer]), (6, 6, 3), np.dtype(np.float32), seed=0)
    kernel = network.named()["0.conv2d.weight"].astype(np.float64)
    np.testing.assert_allclose(np.einsum("hwio,hwip->op", kernel, kernel), np.eye(4), atol=1e-6)
