"""Run nncli and the libraries that it is compared with, and collect the results.

A side is one of the compared programs, for example nncli with NumPy alone, or PyTorch.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from nncli.ops.compiled.loading import SWITCH
from tests.benchmarks.machine import OTHERS, installed
from tests.benchmarks.turns import Side, in_words, ratio, take_turns
from tests.benchmarks.workloads import CONFIGS, Workload

KINDS = ("default", "best")  # how PyTorch is used
WHOLE = "whole-process"
NNCLI = (sys.executable, "-m", "nncli")
OWN = ("nncli", "nncli, fast")  # nncli with NumPy alone, and with the extra `fast` (numba)


def sides_of(workload: Workload, threads: int) -> list[Side]:
    """Return the sides: nncli with NumPy alone, nncli with numba, then the other libraries that are installed."""
    common = (workload.argument, str(threads))
    sides = [Side("nncli", ("with_nncli", *common), environment={SWITCH: "0"})]
    if _has("numba"):
        sides.append(Side("nncli, fast", ("with_nncli", *common), environment={SWITCH: "1"}))
    if _has("PyTorch"):
        sides += [Side(f"PyTorch, {kind}", ("with_pytorch", *common, kind)) for kind in KINDS]
    if _has("scikit-learn") and workload.dense_widths:
        sides.append(Side("scikit-learn", ("with_scikit_learn", *common)))
    return sides


def whole_process_sides(threads: int) -> list[Side]:
    """Return sides that run `nncli train configs/digits.yaml`, and the same work written with PyTorch, as processes."""
    config = str(CONFIGS / "digits.yaml")
    sides = [command("nncli", *NNCLI, "train", config, "--run-dir", "NEW", "--set", f"training.threads={threads}")]
    if _has("PyTorch"):
        script = (sys.executable, "-m", "tests.benchmarks.sides.digits_pytorch", "NEW")
        for kind, count in zip(KINDS, (threads, 1), strict=True):  # best: one thread is faster here
            sides.append(command(f"PyTorch, {kind}", *script, str(count), kind, way=in_words(count)))
    return sides


def command(name: str, *words: str | Path, **about: Any) -> Side:
    """Return a side that starts a command in each turn; nncli then uses NumPy alone. See `sides/command.py`."""
    return Side(name, ("command", *map(str, words)), about, environment={SWITCH: "0"})


def measure(name: str, sides: list[Side], turns: int, floor: Side | None = None) -> list[dict[str, Any]]:
    """Measure all sides; return one result for each side of nncli.

    A result holds the times of the other sides divided by nncli's time and, with `floor`, the time of the matrix
    products alone divided by nncli's time.
    """
    take_turns([*sides, floor] if floor else sides, turns)
    others = [side for side in sides if side.name not in OWN]
    results = []
    for own in (side for side in sides if side.name in OWN):
        result: dict[str, Any] = {
            "workload": f"{name}, fast" if own.name == "nncli, fast" else name,
            "sides": {"nncli": times_of([own], own)[own.name], **times_of(others, own)},
        }
        if floor:
            result |= {
                "floor_seconds": floor.median,
                "operations": floor.about["operations"],
                "floor_rate": floor.about["operations"] / floor.median,
                "share_of_floor": 1 / ratio(own, floor).middle,
            }
        results.append(result)
    return results


def times_of(sides: list[Side], one: Side) -> dict[str, Any]:
    """Return the times and memory of each side, and the ratio of its times to those of `one`."""
    return {
        side.name: {
            **side.about,
            "seconds": side.seconds,
            "median": side.median,
            "peak_bytes": side.peak_bytes,
            "ratio": vars(ratio(side, one)),
        }
        for side in sides
    }


def _has(name: str) -> bool:
    return installed(OTHERS[name][1])
