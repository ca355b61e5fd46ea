"""Compare nncli with PyTorch and scikit-learn: python -m tests.benchmarks [WORKLOAD ...]."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.benchmarks import start_up
from tests.benchmarks.comparing import WHOLE, measure, sides_of, whole_process_sides
from tests.benchmarks.machine import about, facts, missing, slowed
from tests.benchmarks.tables import WIDTH, start_up_table, table_of
from tests.benchmarks.turns import Side, cores
from tests.benchmarks.workloads import workloads


def results_of(name: str, threads: int, turns: int) -> list[dict[str, Any]]:
    """Measure one workload; nncli runs with NumPy alone and, if numba is installed, also with numba."""
    if name == start_up.NAME:
        return [start_up.measure(turns)]
    if name == WHOLE:
        return measure(name, whole_process_sides(threads), turns)
    workload = workloads()[name]
    floor = Side("floor", ("floor", workload.argument, str(threads)))
    return measure(name, sides_of(workload, threads), turns, floor)


def main() -> None:
    """Measure, print and write the results."""
    known = [*workloads(), WHOLE, start_up.NAME]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"default all: {', '.join(known)}")
    parser.add_argument("--turns", type=int, default=9, help="measured turns per side, after a warm-up turn; default 9")
    parser.add_argument("--threads", type=int, default=cores(), help="number of threads; default all cores")
    parser.add_argument("--json", type=Path, help="JSON file to which all measured times are written")
    given = parser.parse_args()
    unknown = [name for name in given.workloads if name not in known]
    if unknown:
        parser.error(f"unknown workload {unknown[0]}; known: {', '.join(known)}")
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)
    machine = about()
    for note in (*missing(), *slowed()):
        console.print(note)
    results = []
    for name in given.workloads or known:
        results += results_of(name, given.threads, given.turns)
        console.print(f"{name}: done")
    console.print(facts(machine))
    compared = [result for result in results if result["workload"] != start_up.NAME]
    if compared:
        console.print(table_of(compared))
    for result in results:
        if result["workload"] == start_up.NAME:
            console.print(start_up_table(result))
    if given.json:
        content = {"about": machine, "threads": given.threads, "results": results}
        given.json.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
