"""What compiles the layers of a network."""

from __future__ import annotations

from nncli.nn.convolution import Convolution
from nncli.nn.layers.batch_norm import BatchNorm
from nncli.nn.layers.group_norm import GroupNorm
from nncli.nn.network import Network
from nncli.ops import current_ops
from nncli.training.thread_policy import walk

COMPILED_LAYERS = (Convolution, BatchNorm, GroupNorm)  # whose last bits depend on the compiler


def compiler_of(network: Network) -> str:
    """Return what compiles layers whose last bits depend on it, such as "numba 0.68.1".

    Returns:
        "none" where nothing does, or the network has no such layer.
    """
    return (
        current_ops().compiler if any(isinstance(layer, COMPILED_LAYERS) for layer in walk(network.model)) else "none"
    )
