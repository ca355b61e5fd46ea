"""Compare runs bit for bit, and check that the files of a killed process are consistent."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from nncli.runs import checkpoint
from nncli.workflows.inspect import inspect

TIMES = ("seconds", "total_seconds", "saved")  # keys whose values differ between equal runs
COMMAND = "command_line"
LOG = "train.log"

Rows = list[dict[str, str]]


def timeless(values: Any) -> Any:
    """Remove times and durations from plain values."""
    if isinstance(values, dict):
        return {name: timeless(value) for name, value in values.items() if name not in TIMES}
    return [timeless(value) for value in values] if isinstance(values, list) else values


def parsed(text: str) -> Rows:
    """Parse the rows of metrics.csv, all of which must be complete."""
    lines = list(csv.reader(io.StringIO(text)))
    header = lines[0] if lines else []
    for line in lines[1:]:
        assert len(line) == len(header), f"metrics.csv has an incomplete row: {line}"
        assert all(map(_is_number, line)), f"metrics.csv has an incomplete row: {line}"
    return [timeless(dict(zip(header, line, strict=True))) for line in lines[1:]]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def members(path: Path) -> dict[str, Any]:
    """Return the bytes of a checkpoint's arrays and the values of its meta.json, by name."""
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    meta = json.loads(found[checkpoint.META])
    meta.pop("sha256", None)  # it depends on the times in meta.json
    return {**found, checkpoint.META: timeless(meta)}


def content(path: Path) -> Any:
    """Return the content of a file of a run, without values that differ between equal runs."""
    if path.suffix == ".npz":
        return members(path)
    if path.suffix == ".csv":
        text = path.read_text()
        assert text.endswith("\n"), "metrics.csv ends in an incomplete row"
        return parsed(text)
    if path.suffix == ".json":
        values = json.loads(path.read_text())
        return {name: value for name, value in values.items() if name != COMMAND}
    return path.read_bytes()


def files(run: Path) -> list[str]:
    """Return the names of all files of a run; an empty list if the directory does not exist."""
    return sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file())


def same(run: Path, other: Path) -> bool:
    """Assert that two runs have the same files with the same content, except for times and the log; return True."""
    more, less = set(files(run)) - set(files(other)), set(files(other)) - set(files(run))
    assert not more, f"unexpected files: {sorted(more)}"
    assert not less, f"files missing: {sorted(less)}"
    for name in files(run):
        if name != LOG:
            one, two = content(run / name), content(other / name)
            equal = one == two  # compared outside the assertion, because pytest shows the bytes slowly
            assert equal, f"{name} differs {_differences(one, two)}"
    return True


def _differences(one: Any, two: Any) -> str:
    if isinstance(one, dict) and isinstance(two, dict):
        return ", ".join(f"{key} {_differences(one.get(key), two.get(key))}" for key in two if one.get(key) != two[key])
    if isinstance(one, list) and isinstance(two, list) and len(one) != len(two):
        return f"({len(one)} for {len(two)})"
    texts = [text if len(text) < 60 else f"{text[:60]}..." for text in map(str, (one, two))]
    return f"({texts[0]} for {texts[1]})"


def consistent_so_far(run: Path, end: Path) -> bool:
    """Assert that the files of a killed process can be read and that its metrics.csv is correct; return True.

    The complete rows of metrics.csv must equal the first rows of metrics.csv of the uninterrupted run.

    Args:
        run: the directory of the killed process.
        end: the directory of the uninterrupted run.
    """
    for name in files(run):
        path = run / name
        if path.suffix == ".npz" and not path.name.startswith("."):
            checkpoint.load(str(path))
        elif path.suffix == ".json" and not path.name.startswith("."):
            json.loads(path.read_text())
    rows = rows_so_far(run / "metrics.csv")
    equal = rows == content(end / "metrics.csv")[: len(rows)]
    assert equal, "metrics.csv differs from that of the uninterrupted run"
    last = run / "checkpoints" / "last.npz"
    if last.exists():
        assert len(rows) >= checkpoint.read_meta(str(last))["epoch"], "metrics.csv has lost a row"
    if (run / "checkpoints" / "best.npz").exists():
        assert inspect(run, verify=True)["verified"]
    return True


def rows_so_far(path: Path) -> Rows:
    """Return the complete rows of metrics.csv, which may be missing or end within a row."""
    text = path.read_text() if path.exists() else ""
    return parsed(text[: text.rfind("\n") + 1])


def state(run: Path) -> dict[str, Any]:
    """Return the content of status.json."""
    return dict(json.loads((run / "status.json").read_text()))


def last_step(run: Path) -> int:
    """Return the step of the last checkpoint; 0 if there is none."""
    path = os.fspath(run / "checkpoints" / "last.npz")
    return int(checkpoint.read_meta(path)["step"]) if os.path.exists(path) else 0
