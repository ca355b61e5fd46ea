"""What a run ran on."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import numpy as np

from nncli.version import __version__

DECISIVE = (  # for the last bits
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
    """Versions, platform, BLAS, threads and command line.

    Args:
        threads: as the config says; None for all cores.
        shards: how many parts a batch is computed in; 1 for whole batches.
        blas_threads: how many threads BLAS was allowed; None for as many as it has.
        compiler: of layers whose last bits depend on it, with its version; "none" for NumPy alone.
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


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What may change the last bits of a result, as "numpy 2.4.5 is now 2.4.6".

    Args:
        before: the environment that a run was begun in.
        now: the one to compare with.
    """
    before = {"compiler": "none"} | before  # runs of before there was any do not name it
    return [
        f"{name} {_plain(before[name])} is now {_plain(now.get(name))}"
        for name in DECISIVE
        if name in before and _plain(before[name]) != _plain(now.get(name))
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(str(item) for item in _values(part)) for part in value) or "none"
    return "default" if value is None else str(value)


def _values(part: Any) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else [part]
