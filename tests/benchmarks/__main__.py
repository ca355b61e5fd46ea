"""Compares nncli with PyTorch and scikit-learn: python -m tests.benchmarks [WORKLOAD ...]."""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.turns import Ratio, Side, cores, ratio, take_turns
from tests.benchmarks.workloads import Workload, workloads

MISSING = "{} is not installed, so it is left out: pip install -e '.[bench]'"


def sides_of(workload: Workload, threads: int) -> list[Side]:
    """First nncli, then whom it is compared with as far as they are installed, and the floor."""
    common = (workload.name, str(threads))
    sides = [Side("nncli", ("with_nncli", *common))]
    if importlib.util.find_spec("torch"):
        sides += [Side(f"PyTorch, {kind}", ("with_pytorch", *common, kind)) for kind in ("default", "best")]
    if importlib.util.find_spec("sklearn") and workload.dense_widths:
        sides.append(Side("scikit-learn", ("with_scikit_learn", *common)))
    return [*sides, Side("floor", ("floor", *common))]


def measure(workload: Workload, threads: int, turns: int) -> dict[str, Any]:
    """What the sides took."""
    sides = sides_of(workload, threads)
    take_turns(sides, turns)
    own, floor = sides[0], sides[-1]
    result: dict[str, Any] = {
        "workload": workload.name,
        "floor_seconds": floor.median,
        "operations": floor.about["operations"],
        "floor_rate": floor.about["operations"] / floor.median,
        "share_of_floor": 1 / ratio(own, floor).middle,
        "sides": {},
    }
    for side in sides[:-1]:
        result["sides"][side.name] = {
            **side.about,
            "seconds": side.seconds,
            "median": side.median,
            "peak_bytes": side.peak_bytes,
            "ratio": vars(ratio(side, own)),
        }
    return result


def table_of(results: list[dict[str, Any]]) -> Table:
    """The results, a line a workload."""
    table = Table("workload", title="times of the others over nncli's: above 1 nncli is ahead")
    names = ("PyTorch, default", "PyTorch, best", "scikit-learn")
    for heading in ("nncli", *names, "share of the floor", "peak memory in MB: nncli, PyTorch"):
        table.add_column(heading, justify="right")
    for result in results:
        sides = result["sides"]
        ratios = [str(Ratio(**sides[name]["ratio"])) if name in sides else "" for name in names]
        peaks = [f"{sides[name]['peak_bytes'] / 1e6:.0f}" for name in ("nncli", *names[:2]) if name in sides]
        own, share = sides["nncli"]["median"], result["share_of_floor"]
        rate = result["floor_rate"] / 1e9
        table.add_row(
            result["workload"], f"{own * 1e3:.1f} ms", *ratios, f"{share:.0%} of {rate:.0f} GFLOP/s", ", ".join(peaks)
        )
    return table


def about() -> dict[str, Any]:
    """The machine and the versions."""
    packages = {name: version(name) for name in ("numpy", "torch", "scikit-learn") if _installed(name)}
    return {"date": str(date.today()), "python": platform.python_version(), "cores": cores(), **packages}


def _installed(name: str) -> bool:
    return importlib.util.find_spec({"scikit-learn": "sklearn"}.get(name, name)) is not None


def main() -> None:
    """Measures, shows and writes."""
    known = workloads()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"default all: {', '.join(known)}")
    parser.add_argument("--turns", type=int, default=9, help="epochs of every side, after one to warm up")
    parser.add_argument("--threads", type=int, default=cores(), help="default all cores")
    parser.add_argument("--json", type=Path, help="where to write every time")
    given = parser.parse_args()
    unknown = [name for name in given.workloads if name not in known]
    if unknown:
        parser.error(f"unknown workload {unknown[0]}; known: {', '.join(known)}")
    console = Console(width=None if sys.stdout.isatty() else 140)
    for name, module in (("PyTorch", "torch"), ("scikit-learn", "sklearn")):
        if not importlib.util.find_spec(module):
            console.print(MISSING.format(name), markup=False)
    results = []
    for name in given.workloads or known:
        results.append(measure(known[name], given.threads, given.turns))
        console.print(f"{name}: done", highlight=False)
    console.print(table_of(results))
    if given.json:
        given.json.write_text(json.dumps({"about": about(), "results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
