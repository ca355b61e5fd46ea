"""Split checkpoints into parts, and write forged checkpoints whose checksums match."""

from __future__ import annotations

import io
import json
import os
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np


class Marker:
    """An object that creates a folder when it is unpickled."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (self.path,))


def members(path: str | Path) -> dict[str, bytes]:
    """Return the content of every member of an archive."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def described(array: np.ndarray) -> dict[str, Any]:
    """Return the entry of an array in meta.json."""
    content = array.tobytes()
    return {"shape": list(array.shape), "dtype": array.dtype.str, "sha256": sha256(content).hexdigest()}


def npy(array: np.ndarray) -> bytes:
    """Return the bytes of a .npy file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array, order="C"), allow_pickle=True)
    return stream.getvalue()


def sealed(meta: dict[str, Any]) -> bytes:
    """Return the text of meta.json with a matching checksum."""
    rest = json.loads(json.dumps({key: value for key, value in meta.items() if key != "sha256"}))
    seal = sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    return json.dumps({**rest, "sha256": seal}).encode()


def write(path: str | Path, meta: dict[str, Any], others: dict[str, bytes]) -> None:
    """Write a checkpoint with a meta.json, whose checksum is made to match, and other members."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("meta.json", sealed(meta))
        for name, content in others.items():
            archive.writestr(name, content)


def boundaries(path: str | Path) -> list[int]:
    """Return the offsets at which the parts of an archive start: headers, names, contents, list of members, end."""
    content = Path(path).read_bytes()
    found = [0, len(content)]
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            at = info.header_offset
            name, extra = (int.from_bytes(content[at + start : at + start + 2], "little") for start in (26, 28))
            data = at + 30 + name + extra
            found += [at, at + 30, at + 30 + name, data, data + info.file_size]
        at = archive.start_dir
    while content[at : at + 4] == b"PK\1\2":
        found.append(at)
        at += 46 + sum(int.from_bytes(content[at + start : at + start + 2], "little") for start in (28, 30, 32))
    return sorted({*found, at})
