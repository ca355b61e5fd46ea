"""Measure how the time of nncli (NumPy alone) grows with samples, batch size, width and threads.

Run it with python -m tests.benchmarks.growth.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nncli.ops.compiled.loading import SWITCH
from tests.benchmarks.machine import about, facts, slowed
from tests.benchmarks.sides.floor import operations_of
from tests.benchmarks.tables import WIDTH, duration
from tests.benchmarks.turns import Side, cores, in_words, ratio, take_turns
from tests.benchmarks.workloads import Workload, dense, workloads

ALLOWED = 1.25  # largest accepted value of (growth of the time) / (growth of the operations)


@dataclass(frozen=True)
class Point:
    """One measurement of a series.

    Args:
        label: name and value of the parameter that varies.
        workload: the workload to train.
        threads: number of threads.
    """

    label: str
    workload: Workload
    threads: int


def series(threads: int) -> dict[str, list[Point]]:
    """Return the series of measurements by title."""
    known = workloads()
    tabular, small = known["tabular"], known["mlp-small"]
    wide = Workload("wide", (784,), [], batch=128, rows=6_400)
    counts = sorted({1, threads})
    return {
        "samples (tabular)": [
            Point(f"{rows:,} rows", replace(tabular, rows=rows), threads)
            for rows in (1_000, 10_000, 100_000, 1_000_000)
        ],
        "batch size (mlp-small, 12,288 rows)": [
            Point(f"batch {batch}", replace(small, batch=batch, rows=12_288), threads)
            for batch in (8, 32, 128, 512, 2048, 4096)
        ],
        "width (784-W-10, batch 128, 6,400 rows)": [
            Point(f"width {width}", replace(wide, layers=dense(width, 10)), threads)
            for width in (64, 128, 256, 512, 1024, 2048)
        ],
        **{
            f"threads ({name})": [Point(in_words(count), known[name], count) for count in counts]
            for name in ("mlp-large", "cnn-28")
        },
    }


def measure(points: list[Point], turns: int) -> list[dict[str, Any]]:
    """Measure the time of an epoch at each point, and the growth of time and operations between adjacent points."""
    sides = [
        Side(point.label, ("with_nncli", point.workload.argument, str(point.threads)), environment={SWITCH: "0"})
        for point in points
    ]
    take_turns(sides, turns)
    results: list[dict[str, Any]] = [
        {
            "label": point.label,
            "threads": point.threads,
            "rows": point.workload.rows,
            "operations": operations_of(point.workload),
            "seconds": side.seconds,
            "median": side.median,
            "peak_bytes": side.peak_bytes,
        }
        for point, side in zip(points, sides, strict=True)
    ]
    for (before, now), (earlier, later) in zip(pairwise(sides), pairwise(results), strict=True):
        later["time_growth"] = ratio(now, before).middle
        later["operations_growth"] = later["operations"] / earlier["operations"]
    return results


def table_of(title: str, results: list[dict[str, Any]]) -> Table:
    """Format a series as a table, one line per measurement."""
    table = Table("", title=title)
    for heading in ("per epoch", "per row", "MFLOP", "GFLOP/s", "peak MB", "time", "operations", "ratio"):
        table.add_column(heading, justify="right")
    for result in results:
        seconds, operations = result["median"], result["operations"]
        growth: tuple[str, ...] = ()
        if "time_growth" in result:
            time, expected = result["time_growth"], result["operations_growth"]
            growth = f"x {time:.2f}", f"x {expected:.2f}", _mark(time / expected)
        table.add_row(
            result["label"],
            duration(seconds),
            f"{seconds / result['rows'] * 1e6:.2f} us",
            f"{operations / 1e6:,.0f}",
            f"{operations / seconds / 1e9:.2f}",
            f"{result['peak_bytes'] / 1e6:.0f}",
            *growth,
        )
    return table


def _mark(ratio: float) -> str:
    return f"x {ratio:.2f}" + (" !" if ratio > ALLOWED else "")


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument(
        "--turns", type=int, default=5, help="measured epochs per point, after a warm-up epoch; default 5"
    )
    parser.add_argument("--threads", type=int, default=cores(), help="number of threads; default all cores")
    parser.add_argument("--json", type=Path, help="JSON file to which all measured times are written")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)
    machine = about()
    console.print(facts(machine))
    for note in slowed():
        console.print(note)
    everything: dict[str, list[dict[str, Any]]] = {}
    for title, points in series(given.threads).items():
        everything[title] = measure(points, given.turns)
        console.print(table_of(title, everything[title]))
    console.print(
        "Median times. The last columns compare an epoch with the line above: the growth of its time, the growth of "
        f"its floating-point operations, and time growth / operations growth; ! marks a ratio above {ALLOWED}."
    )
    if given.json:
        given.json.write_text(json.dumps({"about": machine, "series": everything}, indent=2) + "\n")


if __name__ == "__main__":
    main()
