"""Format results as tables of at most 120 columns."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from tests.benchmarks.start_up import IMPORT_NUMPY
from tests.benchmarks.turns import Ratio

WIDTH = 120
OTHERS = ("PyTorch, default", "PyTorch, best", "scikit-learn")
WITH_MEMORY = ("nncli", "PyTorch, default", "scikit-learn")  # sides whose peak memory is shown


def duration(seconds: float) -> str:
    """Format a duration with three digits and its unit."""
    value, unit = (seconds * 1e3, "ms") if seconds < 0.9995 else (seconds, "s")
    return f"{value:#.3g}".rstrip(".") + f" {unit}"


def table_of(results: list[dict[str, Any]]) -> Table:
    """Format the results of the workloads, one line each."""
    table = Table(
        "workload",
        title="time divided by nncli's time: median and middle half of the turns; above 1 nncli is faster",
        caption="\n".join(footnotes(results)),
        caption_justify="left",
    )
    others = (name.replace(", ", ",\n") for name in OTHERS)
    for heading in ("nncli", *others, "floor/nncli,\nGFLOP/s", "peak MB *"):
        table.add_column(heading, justify="right")
    for result in results:
        sides = result["sides"]
        ratios = [str(Ratio(**sides[name]["ratio"])) if name in sides else "" for name in OTHERS]
        peaks = [_megabytes(sides[name]) if name in sides else "-" for name in WITH_MEMORY]
        floor = ""
        if "share_of_floor" in result:
            floor = f"{result['share_of_floor']:.0%} of {result['floor_rate'] / 1e9:.0f}"
        table.add_row(result["workload"], duration(sides["nncli"]["median"]), *ratios, floor, "/".join(peaks))
    return table


def footnotes(results: list[dict[str, Any]]) -> list[str]:
    """Return explanations of the column headings."""
    ways = [
        f"{result['workload']} {side['way']}"
        for result in results
        if (side := result["sides"].get("PyTorch, best")) and not result["workload"].endswith(", fast")
    ]
    lines = [
        "nncli: time of an epoch, of all predictions, or of the whole process; fast: with numba (the extra fast).",
        "floor: time of the matrix products alone / nncli's time, and the GFLOP/s of these products.",
        "nncli's epoch is the time in metrics.csv; scikit-learn's time includes checking the rows.",
        "* peak memory of nncli / PyTorch, default / scikit-learn (PyTorch, best would include its trials).",
    ]
    return [*lines, f"PyTorch, best: {'; '.join(ways)}."] if ways else lines


def start_up_table(result: dict[str, Any]) -> Table:
    """Format the times of the commands, one line each."""
    table = Table("command", title="time of the whole process")
    for heading in ("time", "divided by import numpy", "peak MB"):
        table.add_column(heading, justify="right")
    for name, side in result["sides"].items():
        over = "1" if name == IMPORT_NUMPY else str(Ratio(**side["ratio"]))
        table.add_row(name, duration(side["median"]), over, _megabytes(side))
    return table


def _megabytes(side: dict[str, Any]) -> str:
    return f"{side['peak_bytes'] / 1e6:.0f}"
