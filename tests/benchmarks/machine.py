"""Describe the machine and the versions of the measured libraries."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np  # importing NumPy loads its BLAS, which threadpool_info then finds
from threadpoolctl import threadpool_info

import nncli
from tests.benchmarks.turns import cores

BUSY = 0.5  # times are unreliable if the load average of the last minute is above this value
OTHERS = {  # name: (package, module)
    "PyTorch": ("torch", "torch"),
    "scikit-learn": ("scikit-learn", "sklearn"),
    "numba": ("numba", "numba"),
}


def installed(module: str) -> bool:
    """Return whether a package can be imported."""
    return importlib.util.find_spec(module) is not None


def missing() -> list[str]:
    """Return the libraries that are left out, and how to install them."""
    return [
        f"{name} is not installed, so it is left out: pip install -e '.[bench]'"
        for name, (_, module) in OTHERS.items()
        if not installed(module)
    ]


def slowed() -> list[str]:
    """Return the conditions that make the times longer on this machine."""
    said = []
    if kernel := os.environ.get("OPENBLAS_CORETYPE"):
        said.append(f"OPENBLAS_CORETYPE={kernel} is set, which slows NumPy if this CPU supports a faster kernel")
    if (load := os.getloadavg()[0]) > BUSY:
        said.append(
            f"other processes use the cores (load {load:.1f}): times with several threads can be many times as long"
        )
    return said


def about() -> dict[str, Any]:
    """Return the machine and the versions."""
    blas = [info for info in threadpool_info() if info["user_api"] == "blas"]
    return {
        "date": str(date.today()),
        "cpu": _cpu(),
        "cores": cores(),
        "load": os.getloadavg()[0],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "nncli": nncli.__version__,
        "numpy": np.__version__,
        **{name: version(package) for name, (package, module) in OTHERS.items() if installed(module)},
        "blas": ", ".join(
            " ".join(str(info[key]) for key in ("internal_api", "version", "architecture") if info.get(key))
            for info in blas
        ),
    }


def facts(given: dict[str, Any]) -> str:
    """Format the machine and the versions on two lines."""
    machine = f"{given['date']}: {given['cpu']}, {given['cores']} cores, {given['platform']}"
    names = ("python", "nncli", "numpy", *OTHERS, "blas")
    return f"{machine}\n{', '.join(f'{name} {given[name]}' for name in names if name in given)}"


def _cpu() -> str:
    listing = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", listing.read_text(), re.MULTILINE) if listing.exists() else None
    return found[1] if found else platform.processor() or platform.machine()
