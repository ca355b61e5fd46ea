"""Whom nncli is compared with in a workload, and what came of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import OTHERS, installed
from tests.benchmarks.turns import Side, in_words, ratio, take_turns
from tests.benchmarks.workloads import CONFIGS, Workload

KINDS = ("default", "best")  # of PyTorch
WHOLE = "whole-process"
NNCLI = (sys.executable, "-m", "nncli")


def sides_of(workload: Workload, threads: int) -> list[Side]:
    """First nncli, then the others as far as they are installed."""
    common = (workload.argument, str(threads))
    sides = [Side("nncli", ("with_nncli", *common))]
    if _has("PyTorch"):
        sides += [Side(f"PyTorch, {kind}", ("with_pytorch", *common, kind)) for kind in KINDS]
    if _has("scikit-learn") and workload.dense_widths:
        sides.append(Side("scikit-learn", ("with_scikit_learn", *common)))
    return sides


def whole_process_sides(threads: int) -> list[Side]:
    """`nncli train configs/digits.yaml` from start to end, and the same work written with PyTorch."""
    config = str(CONFIGS / "digits.yaml")
    sides = [command("nncli", *NNCLI, "train", config, "--run-dir", "NEW", "--set", f"training.threads={threads}")]
    if _has("PyTorch"):
        script = (sys.executable, "-m", "tests.benchmarks.sides.digits_pytorch", "NEW")
        for kind, count in zip(KINDS, (threads, 1), strict=True):  # one thread is faster here
            sides.append(command(f"PyTorch, {kind}", *script, str(count), kind, way=in_words(count)))
    return sides


def command(name: str, *words: str | Path, **about: Any) -> Side:
    """A side whose turn is this command from start to end; see `sides/command.py`."""
    return Side(name, ("command", *map(str, words)), about)


def measure(name: str, sides: list[Side], turns: int, floor: Side | None = None) -> dict[str, Any]:
    """What the sides took, the first of which is nncli's, and what share of it the floor is."""
    take_turns([*sides, floor] if floor else sides, turns)
    result: dict[str, Any] = {"workload": name, "sides": times_of(sides, sides[0])}
    if floor:
        result |= {
            "floor_seconds": floor.median,
            "operations": floor.about["operations"],
            "floor_rate": floor.about["operations"] / floor.median,
            "share_of_floor": 1 / ratio(sides[0], floor).middle,
        }
    return result


def times_of(sides: list[Side], one: Side) -> dict[str, Any]:
    """All that is known of the sides, with their ratios to one of them."""
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
