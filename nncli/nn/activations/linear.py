"""Identity."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


@activation("linear")
@dataclass(frozen=True)
class Linear(Activation):
    """Linear activation, the identity: y = x.

    dy/dx = 1

    Shape: (*) -> (*)
    """

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Return the input unchanged."""
        return x, lambda dy, g: dy
