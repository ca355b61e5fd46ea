"""Run commands on files made to fill the memory: memory_bombs.py make FOLDER [few], then memory_bombs.py run FOLDER.

There are two processes so that the memory needed to write the files is not counted. The second process prints one line
per command: exit code, peak memory of the process so far in MiB, arguments, and output.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from nncli.cli.app import command_line
from nncli.runs import checkpoint_meta
from tests.reliability.forge import sealed
from tests.reliability.hostile_data import BOMBS, HEADERS, IDX, in_idx, in_npy, in_npz

PART = '{"\u0101":"\u0101"},'  # an object and a text: the kinds of values that take the most memory

FEW = ("full", "npz", "anchors")  # with the argument few, only these entries of texts and makes are written


def checkpoints(folder: Path, few: bool) -> Iterator[Path]:
    """Write checkpoints whose meta.json or list of members is as large as possible, and yield their paths."""
    meta = {"format": "nncli checkpoint", "format_version": 1, "arrays": {}}
    texts = {
        "parts": PART * (checkpoint_meta.MAX_META_VALUES // 2 - 4),
        "full": PART * (checkpoint_meta.MAX_META_BYTES // len(PART.encode()) - 100),
        "empty": "{}," * (checkpoint_meta.MAX_META_BYTES // 3 - 100),
        "text": '"' + "\U0001f600" * (checkpoint_meta.MAX_META_BYTES // 4 - 100) + '",',
        "numbers": "1e9," * (checkpoint_meta.MAX_META_VALUES - 100),
        "deep": "[" * 100_000,
    }
    for name, text in texts.items():
        if few and name not in FEW:
            continue
        content = json.dumps({**meta, "sha256": "0" * 64})[:-1] + f', "rest": [{text[:-1]}]}}'
        if name == "deep":
            content = text
        with zipfile.ZipFile(folder / f"{name}.npz", "w") as file:
            file.writestr("meta.json", content)
        yield folder / f"{name}.npz"
    with zipfile.ZipFile(folder / "packed.npz", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("meta.json", b" " * (1 << 28))
    yield folder / "packed.npz"
    BOMBS["list of members"](folder)
    yield (folder / "a.npz").rename(folder / "members.npz")
    described = {"w": {"shape": [1 << 28], "dtype": "<f8", "sha256": "0" * 64}}
    with zipfile.ZipFile(folder / "claims.npz", "w") as file:
        file.writestr("meta.json", sealed({**meta, "arrays": described}))
        file.writestr("w.npy", b"x")
    yield folder / "claims.npz"
    content = bytearray((folder / "claims.npz").read_bytes())
    at = content.rindex(b"PK\1\2")
    content[at + 20 : at + 28] = struct.pack("<II", 0xFFFFFF00, 0xFFFFFF00)  # claims that the array has 4 GB
    (folder / "lies.npz").write_bytes(content)
    yield folder / "lies.npz"


def sources(folder: Path, few: bool) -> Iterator[dict[str, Any]]:
    """Write data files that are made to fill the memory, and yield the keys of a source for each file."""
    makes = dict(BOMBS)
    makes |= {f"npy {name}": in_npy(HEADERS[name]) for name in HEADERS if "huge" in name or "says" in name}
    makes |= {f"npz {name}": in_npz(HEADERS[name]) for name in HEADERS if "huge" in name or "says" in name}
    makes |= {f"idx {name}": in_idx(IDX[name]) for name in IDX}
    for name, make in makes.items():
        if ("image" in name and not has_pillow()) or (few and name not in FEW):
            continue
        inside = folder / name.replace(" ", "-")
        inside.mkdir()
        yield make(inside)


def has_pillow() -> bool:
    """Return whether images can be read."""
    from importlib.util import find_spec

    return find_spec("PIL") is not None


def configs(folder: Path) -> Iterator[Path]:
    """Write configs that become large when they are read, and yield their paths."""
    anchors = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    anchors += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    texts = {
        "anchors": anchors,
        "line": "a: " + "x" * (10 << 20),
        "nested": "[" * (1 << 19),
        "many": "a:\n" * 300_000,
        "braces": "{a: " * 200_000,
        "question": "? " * 500_000,
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
        yield folder / f"{name}.yaml"


def config(keys: dict[str, Any]) -> dict[str, Any]:
    """Return a config that trains a small model on a source."""
    return {
        "data": {"train": keys},
        "model": [{"type": "dense", "units": 1}],
        "loss": "mean_squared_error",
        "optimizer": "sgd",
    }


def make(folder: Path, *, few: bool) -> None:
    """Write all files, and commands.json with the commands to run on these files."""
    commands: list[list[Any]] = []
    for path in checkpoints(folder, few):
        commands.append(["inspect", path])
        commands.append(["predict", path, folder / "none.csv"])
    for number, keys in enumerate(sources(folder, few)):
        (folder / f"{number}.yaml").write_text(json.dumps(config(keys)))
        commands.append(["train", folder / f"{number}.yaml", "--run-dir", folder / "run"])
    commands += [["check", path] for path in configs(folder) if not few or path.stem in FEW]
    (folder / "commands.json").write_text(json.dumps(commands, default=str))


def run(folder: Path) -> None:
    """Run the commands of commands.json, and print one line per command."""
    app = command_line([])
    for arguments in json.loads((folder / "commands.json").read_text()):
        found = CliRunner().invoke(app, arguments)
        wrong = found.exception is not None and not isinstance(found.exception, SystemExit)
        code = repr(found.exception) if wrong else found.exit_code
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)
        print(json.dumps([code, peak, arguments, found.output]), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), few="few" in sys.argv)
    else:
        run(Path(sys.argv[2]))
