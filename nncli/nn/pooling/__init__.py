"""The base classes of the pooling layers, and the functions that they compute."""

from nncli.nn.pooling.global_pool import GlobalPool
from nncli.nn.pooling.window_pool import Pool, Pool1D, Pool2D
from nncli.ops.signatures import Pooled

__all__ = ["GlobalPool", "Pool", "Pool1D", "Pool2D", "Pooled"]
