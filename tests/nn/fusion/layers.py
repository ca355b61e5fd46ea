"""Layer configs for the tests."""

from __future__ import annotations

from typing import Any


def conv(filters: int = 8, kernel_size: Any = 3, kind: str = "conv2d", **more: Any) -> dict[str, Any]:
    """Return the config of a convolution."""
    return {"type": kind, "filters": filters, "kernel_size": kernel_size, **more}


def pool(pool_size: Any = 2, kind: str = "max_pool2d", **more: Any) -> dict[str, Any]:
    """Return the config of a pooling layer."""
    return {"type": kind, "pool_size": pool_size, **more}
