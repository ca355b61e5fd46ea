"""Compare how fast nncli and pandas read tables: python -m tests.tools.measure_tables [ROWS]. Needs pandas."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from nncli.data.tables import read_table
from nncli.data.tables.arrow import is_arrow_installed

COLUMNS, TEXTS, TURNS = 20, 5, 5


def main(rows: int) -> None:
    """Print the time of each reader, and its ratio to the time of pandas."""
    import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with tempfile.TemporaryDirectory() as folder:
        for name, texts in (("numbers", 0), ("mixed", TEXTS)):
            path = str(Path(folder) / f"{name}.csv")
            _write(path, rows, texts)
            readers: dict[str, Callable[[], Any]] = {"pandas": lambda path=path: pandas.read_csv(path)}
            readers["nncli"] = lambda path=path: _read(path, arrow=False)
            if is_arrow_installed():
                readers["nncli with pyarrow"] = lambda path=path: _read(path, arrow=True)
            times: dict[str, list[float]] = {reader: [] for reader in readers}
            for _ in range(TURNS):
                for reader, run in readers.items():
                    begun = time.perf_counter()
                    run()
                    times[reader].append(time.perf_counter() - begun)
            for reader, taken in times.items():
                ratio = median(one / other for one, other in zip(taken, times["pandas"], strict=True))
                print(f"{name:8} {reader:20} {median(taken):6.2f} s   {ratio:5.2f} times pandas")


def _read(path: str, *, arrow: bool) -> None:
    read_table.MIN_ARROW_BYTES = 0 if arrow else 1 << 62
    read_table.read_table(path)


def _write(path: str, rows: int, texts: int) -> None:
    """Write a table of numbers with six decimals.

    If `texts` is not 0, that many columns have short texts, one has integers, and one has some empty cells.
    """
    random = np.random.default_rng(0)
    words = np.array(["red", "green", "blue", "light grey", "x"])
    with open(path, "w") as file:
        file.write(",".join(f"c{index}" for index in range(COLUMNS)) + "\n")
        for start in range(0, rows, 10_000):
            count = min(10_000, rows - start)
            columns = [np.char.mod("%.6f", random.normal(size=count)) for _ in range(COLUMNS)]
            for index in range(texts):
                columns[index] = random.choice(words, count)
            if texts:
                columns[texts] = random.integers(0, 100, count).astype(str)
                columns[texts + 1] = np.where(random.random(count) < 0.05, "", columns[texts + 1])
            file.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
