"""The environment of a run: versions, platform and threads."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import numpy as np

from nncli.version import __version__

AFFECTS_BITS = (  # entries of the environment that may change the last bits of results
    "nncli",
    "numpy",
    "compiler",
    "machine",
    "cores",
    "threads",
    "shards",
    "blas_threads",
    "blas",
)


def describe_environment(threads: int | None, shards: int, blas_threads: int | None, compiler: str) -> dict[str, Any]:
    """Return versions, platform, BLAS, threads and command line.

    Args:
        threads: number of threads in the config; None for all cores.
        shards: number of shards of a batch, at least 1.
        blas_threads: limit of BLAS threads; None for no limit.
        compiler: name and version of the compiler of layers, which affects the last bits; "none" for NumPy alone.
    """
    from threadpoolctl import threadpool_info

    blas = [
        {key: info.get(key) for key in ("internal_api", "version", "architecture", "num_threads")}
        for info in threadpool_info()
        if info.get("user_api") == "blas"
    ]
    return {
        "nncli": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "compiler": compiler,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "threads": threads,
        "shards": shards,
        "blas_threads": blas_threads,
        "blas": blas,
        "command_line": sys.argv,
        "working_directory": os.getcwd(),
    }


def environment_changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return changes that may affect the last bits of results, such as "numpy 2.4.5 is now 2.4.6".

    Args:
        before: the environment in which a run began.
        now: the environment to compare with.
    """
    before = {"compiler": "none"} | before  # older runs had no compiler and do not record it
    return [
        f"{name} {_plain(before[name])} is now {_plain(now.get(name))}"
        for name in AFFECTS_BITS
        if name in before and _plain(before[name]) != _plain(now.get(name))
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(str(item) for item in _values(part)) for part in value) or "none"
    return "default" if value is None else str(value)


def _values(part: Any) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else [part]
