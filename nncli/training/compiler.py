"""Find the compiler (numba or none) that affects the last bits of a network's results."""

from __future__ import annotations

from nncli.nn.convolution import Convolution
from nncli.nn.network import Network
from nncli.nn.normalization import ChannelNormalization
from nncli.ops import current_ops
from nncli.training.thread_policy import walk

COMPILER_DEPENDENT = (Convolution, ChannelNormalization)  # layers whose last bits differ between NumPy and numba


def compiler_of(network: Network) -> str:
    """Return the name and version of the compiler that the last bits of a network's results depend on.

    Returns:
        The name and version, such as "numba 0.68.1"; "none" without a compiler, or if no layer depends on it.
    """
    depends = any(isinstance(layer, COMPILER_DEPENDENT) for layer in walk(network.model))
    return current_ops().compiler if depends else "none"
