"""Orthogonal initializer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("orthogonal")
@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Orthogonal initializer: w^T @ w = gain^2 * I, drawn uniformly from all such matrices.

    w = gain * Q, where A = Q @ R is the QR decomposition of a matrix A of standard normal numbers

    The signs of Q are chosen so that the diagonal of R is positive; with other signs the distribution would not be
    uniform. An array with more than two axes is treated as a matrix of shape (product of all axes but the last, last
    axis), so that a column holds the weights of one unit or filter. A matrix with more columns than rows gets
    orthogonal rows instead: w @ w^T = gain^2 * I.

    Args:
        gain: norm of every column, or of every row if w has more columns than rows; above 0.
    Reference: Saxe, McClelland and Ganguli, ICLR 2014; Mezzadri, Notices of the AMS 54 (2007), 592-604.
    """

    gain: Annotated[float, Gt(0)] = 1.0

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw an orthogonal matrix."""
        rows, columns = math.prod(shape[:-1]), shape[-1]
        long, short = max(rows, columns), min(rows, columns)
        q, r = np.linalg.qr(random.standard_normal((long, short)))  # (long, short), (short, short)
        q *= np.copysign(self.gain, np.diagonal(r))
        return (q if rows >= columns else q.T).reshape(shape)
