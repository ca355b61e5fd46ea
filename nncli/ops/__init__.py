"""Array operations with a NumPy and a compiled implementation; layers and optimizers call `current_ops()`."""

from nncli.ops.base import Ops
from nncli.ops.current import current_ops

__all__ = ["Ops", "current_ops"]
