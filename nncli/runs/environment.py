"""What a run ran on."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import numpy as np

import nncli


def describe_environment(
    threads: int | None, shards: int, blas_threads: int | None, fingerprints: dict[str, str]
) -> dict[str, Any]:
    """Versions, platform, BLAS, threads, command line and the data's fingerprints.

    Args:
        threads: as the config says; None for all cores.
        shards: how many parts a batch is computed in; 1 for whole batches.
        blas_threads: how many threads BLAS was allowed; None for as many as it has.
        fingerprints: the SHA-256 of every data file by its path.
    """
    from threadpoolctl import threadpool_info

    blas = [
        {key: info.get(key) for key in ("internal_api", "version", "architecture", "num_threads")}
        for info in threadpool_info()
        if info.get("user_api") == "blas"
    ]
    return {
        "nncli": nncli.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "threads": threads,
        "shards": shards,
        "blas_threads": blas_threads,
        "blas": blas,
        "command_line": sys.argv,
        "working_directory": os.getcwd(),
        "data": fingerprints,
    }
