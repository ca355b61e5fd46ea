"""What compiles the layers of a network."""

from __future__ import annotations

from nncli.nn.convolution import Convolution
from nncli.nn.layer import Layer
from nncli.nn.layer_types import derives_from
from nncli.nn.network import Network
from nncli.ops import current_ops
from nncli.training.thread_policy import walk

COMPILED_NORMALIZATION = ("batch_norm", "group_norm")


def compiler_of(network: Network) -> str:
    """Return what compiles layers whose last bits depend on it, such as "numba 0.68.1".

    Returns:
        "none" where nothing does, or the network has no such layer.
    """
    return current_ops().compiler if any(map(_depends_on_compiler, walk(network.model))) else "none"


def _depends_on_compiler(layer: Layer) -> bool:
    """Whether the last bits of a layer depend on the compiler."""
    return isinstance(layer, Convolution) or derives_from(layer, COMPILED_NORMALIZATION)
