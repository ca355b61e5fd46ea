"""No activation at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


@activation("linear")
@dataclass(frozen=True)
class Linear(Activation):
    """y = x.

    Shape: (*) -> (*)
    """

    stray_keys: ClassVar[Mapping[str, str]] = {
        **Activation.stray_keys,
        **dict.fromkeys(
            ("units", "in_features", "out_features", "bias"),
            "linear changes nothing; the layer with weights is dense, such as {type: dense, units: 10}",
        ),
    }

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The input as it is."""
        return x, lambda dy, g: dy
