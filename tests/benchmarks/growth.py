"""How nncli's time grows with samples, batch size, width and threads: python -m tests.benchmarks.growth."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.machine import about, facts, slowed
from tests.benchmarks.sides.floor import operations_of
from tests.benchmarks.tables import WIDTH, duration
from tests.benchmarks.turns import Side, cores, in_words
from tests.benchmarks.workloads import Workload, dense, workloads

ALLOWED = 1.25  # how much more than the operations the time may grow in a step
TURNS = (3, 9)  # epochs of a measurement: at least and at most
ENOUGH = 1.0  # seconds, after which no more than the least are needed


@dataclass(frozen=True)
class Point:
    """One measurement of a series.

    Args:
        label: what is varied, and its value.
        workload: to train on.
        threads: to train with.
    """

    label: str
    workload: Workload
    threads: int


def series(threads: int) -> dict[str, list[Point]]:
    """What is varied, by title."""
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


def measure(point: Point) -> dict[str, Any]:
    """The time of an epoch: the median of several after one to warm up, in a process of its own."""
    side = Side("nncli", ("with_nncli", point.workload.argument, str(point.threads)))
    least, most = TURNS
    side.start()
    while len(side.seconds) < least or (len(side.seconds) < most and sum(side.seconds) < ENOUGH):
        side.turn()
    side.end()
    return {
        "label": point.label,
        "threads": point.threads,
        "rows": point.workload.rows,
        "operations": operations_of(point.workload),
        "seconds": side.seconds,
        "median": side.median,
        "peak_bytes": side.peak_bytes,
    }


def growths(results: list[dict[str, Any]]) -> Iterator[tuple[float, float]]:
    """(time, operations) of every result over those of the one before it, from the second on."""
    for before, now in zip(results, results[1:], strict=False):
        yield now["median"] / before["median"], now["operations"] / before["operations"]


def table_of(title: str, results: list[dict[str, Any]]) -> Table:
    """A series, a line a measurement."""
    table = Table(title, "an epoch", "a row", "MFLOP", "GFLOP/s", "peak MB", "time", "operations", "beyond them")
    for column in table.columns[1:]:
        column.justify = "right"
    steps = [None, *growths(results)]
    for result, step in zip(results, steps, strict=True):
        seconds, operations = result["median"], result["operations"]
        growth = (f"x {step[0]:.2f}", f"x {step[1]:.2f}", _excess(*step)) if step else ()
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


def _excess(time: float, operations: float) -> str:
    beyond = time / operations
    return f"x {beyond:.2f}" + (" !" if beyond > ALLOWED else "")


def main() -> None:
    """Measures, shows and writes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--threads", type=int, default=cores(), help="default all cores")
    parser.add_argument("--json", type=Path, help="where to write every time")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)
    machine = about()
    console.print(facts(machine))
    if note := slowed():
        console.print(note)
    everything: dict[str, list[dict[str, Any]]] = {}
    for title, points in series(given.threads).items():
        everything[title] = [measure(point) for point in points]
        console.print(table_of(title, everything[title]))
    console.print(
        "Each epoch with its median time; then the time and the floating-point operations of an epoch over those of "
        f"the line above, and the one over the other: ! where it is above {ALLOWED}."
    )
    if given.json:
        given.json.write_text(json.dumps({"about": machine, "series": everything}, indent=2) + "\n")


if __name__ == "__main__":
    main()
