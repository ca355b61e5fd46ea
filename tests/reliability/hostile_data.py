"""Malicious data files: for each, a function that writes the file into a folder and returns the config of a source."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.reliability.forge import Marker, npy

GOOD = np.arange(6.0).reshape(3, 2)
Y = np.array([1.0, 2.0, 3.0])
GIGABYTE = 1 << 30


def header(text: str, version: tuple[int, int] = (1, 0), size: int | None = None) -> bytes:
    """Return the header of a .npy file; if `size` is given, it is written instead of the true length of the header."""
    kind = "<H" if version == (1, 0) else "<I"
    length = struct.pack(kind, len(text) if size is None else size)
    return b"\x93NUMPY" + bytes(version) + length + text.encode("latin1")


def npy_with_header(
    shape: str = "(3, 2)", descr: str = "'<f8'", fortran: str = "False", content: bytes = bytes(48)
) -> bytes:
    """Return the bytes of a .npy file whose header has the given values."""
    return header(f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n") + content


def deflated(size: int) -> bytes:
    """Return `size` zeros in compressed form, which is a thousandth of their size, without holding all in memory."""
    step = 16 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(step)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // step) + b"\3\0"


def bomb(path: Path, name: str, beginning: bytes, size: int) -> None:
    """Write a zip file with one member, which unpacks to a beginning followed by zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packer.compress(beginning) + packer.flush(zlib.Z_FULL_FLUSH) + deflated(size)
    sizes = struct.pack("<III", 0, len(content), len(beginning) + size)
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\3\4" + common + name.encode() + content
    listed = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(listed), len(local), 0)
    path.write_bytes(local + listed + end)


def directory(path: Path, entries: int) -> None:
    """Write a zip file that has a long list of members, but no members."""
    entry = b"PK\1\2" + bytes(24) + struct.pack("<H", 4) + bytes(16) + b"aaaa"
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(entry) * entries, 0, 0)
    path.write_bytes(entry * entries + end)


def gzip_bomb(path: Path, beginning: bytes, block: bytes, size: int) -> None:
    """Write a gzip file that unpacks to many copies of a block."""
    step = block * ((8 << 20) // len(block))
    path.write_bytes(gzip.compress(beginning) + gzip.compress(step, 9) * (size // len(step)))


def png(width: int, height: int) -> bytes:
    """Return a PNG image of the given size with only the start of its pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    form = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", form)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 16)))
        + chunk(b"IEND", b"")
    )


def in_npy(content: bytes) -> Callable[[Path], dict[str, Any]]:
    """Return a function that writes the content as the inputs in a .npy file."""

    def make(folder: Path) -> dict[str, Any]:
        (folder / "x.npy").write_bytes(content)
        np.save(folder / "y.npy", Y)
        return {"inputs": str(folder / "x.npy"), "targets": str(folder / "y.npy")}

    return make


def in_npz(content: bytes, name: str = "x.npy") -> Callable[[Path], dict[str, Any]]:
    """Return a function that writes the content as a member of a .npz file."""

    def make(folder: Path) -> dict[str, Any]:
        with zipfile.ZipFile(folder / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
            archive.writestr("y.npy", npy(Y))
        return {"path": str(folder / "a.npz")}

    return make


def in_idx(content: bytes, name: str = "x-idx3-ubyte") -> Callable[[Path], dict[str, Any]]:
    """Return a function that writes the content as the inputs in an idx file."""

    def make(folder: Path) -> dict[str, Any]:
        (folder / name).write_bytes(content)
        (folder / "y-idx1-ubyte").write_bytes(b"\0\0\x08\1\0\0\0\3\0\1\0")
        return {"inputs": str(folder / name), "targets": str(folder / "y-idx1-ubyte")}

    return make


def in_image(content: bytes) -> Callable[[Path], dict[str, Any]]:
    """Return a function that writes the content as an image in a folder."""

    def make(folder: Path) -> dict[str, Any]:
        for name in "ab":
            (folder / "images" / name).mkdir(parents=True)
            (folder / "images" / name / "0.png").write_bytes(content)
        return {"path": str(folder / "images")}

    return make


def written(name: str, write: Callable[..., None], *arguments: Any, **keys: Any) -> Callable[[Path], dict[str, Any]]:
    """Return a function that calls `write` to create a file, and returns the keys of its source."""

    def make(folder: Path) -> dict[str, Any]:
        write(folder / name, *arguments)
        if "inputs" in keys:
            in_idx(b"")(folder)
            return {"inputs": str(folder / name), "targets": str(folder / "y-idx1-ubyte")}
        return {"path": str(folder / name), **keys}

    return make


HEADERS = {
    "more rows than the file has": npy_with_header("(10000000000, 2)"),
    "more than 64 bits": npy_with_header(f"({2**62}, {2**62})"),
    "a number of bytes above 63 bits": npy_with_header(f"({2**61},)"),
    "a negative length": npy_with_header("(-3, 2)"),
    "two negative lengths": npy_with_header("(-3, -2)"),
    "lengths that are not integers": npy_with_header("(True, 2.5)"),
    "a shape that is not a tuple": npy_with_header("'wide'"),
    "3,000 axes": npy_with_header(f"({'1, ' * 3000})"),
    "eighty axes": npy_with_header(f"({'1, ' * 80})", content=bytes(8)),
    "zero rows of enormous size": npy_with_header(f"(0, {2**62}, {2**62})"),
    "objects": npy_with_header(descr="'|O'"),
    "objects among fields": npy_with_header(descr="[('a', '<f8'), ('b', '|O')]"),
    "records": npy_with_header(descr="[('a', '<f4'), ('b', '<f4')]"),
    "arrays of arrays": npy_with_header(descr="('<f8', (1000000, 1000000))"),
    "an unknown dtype": npy_with_header(descr="'nonsense'"),
    "an empty dtype": npy_with_header(descr="()"),
    "a dtype of lists": npy_with_header(descr=f"{'[' * 80}{']' * 80}"),
    "a dtype without length": npy_with_header(descr="'<U0'"),
    "dates": npy_with_header(descr="'<M8[ns]'"),
    "dates of an unknown unit": npy_with_header(descr="'<M8[x]'"),
    "a huge text": npy_with_header(descr="'<U500000000'"),
    "an order that is not a boolean": npy_with_header(fortran="None"),
    "no dictionary": header("[1, 2, 3]\n") + bytes(48),
    "a function call": header("{'descr': __import__('os').mkdir('marker')}\n") + bytes(48),
    "an empty header": header(""),
    "nested deeply": header("(" * 9000),
    "many minus signs": header("-" * 9000 + "1"),
    "an unclosed string": header("{'descr': '''"),
    "NUL bytes": header("\0\0\0\n"),
    "a header of a megabyte": header("{" + " " * (1 << 20), (2, 0)),
    "a header that says it has four gigabytes": header("{'descr'", (2, 0), 0xFFFFFFFF),
    "version 9": header("{}", (9, 0)),
    "version 0": header("{}", (0, 0)),
    "no magic": b"\x93NUMPX" + bytes(100),
    "truncated in the magic": b"\x93NU",
    "an empty file": b"",
    "written by Python 2": npy_with_header("(3L, 2L)", content=bytes(8)),
}
IDX = {
    "more data than the file has": b"\0\0\x08\3" + b"\xff" * 12 + bytes(100),
    "255 axes": b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\0",
    "255 huge axes": b"\0\0\x08\xff" + b"\xff" * 1020 + b"\0",
    "zero rows of enormous size": b"\0\0\x0e\4" + bytes(4) + b"\xff" * 12,
    "more data than the header says": b"\0\0\x08\1\0\0\0\3" + bytes(100_000),
    "truncated in the header": b"\0\0\x08\3\0\0",
}
BOMBS = {
    "npz": written("a.npz", bomb, "x.npy", npy_with_header("(1000, 1000, 200)"), 3 * GIGABYTE, targets="x"),
    "npz header": written("a.npz", bomb, "x.npy", header("{", (2, 0), 0xFFFFFF00), 3 * GIGABYTE, targets="x"),
    "list of members": written("a.npz", directory, 2_000_000),
    "csv": written("a.csv.gz", gzip_bomb, b"a,y\n", b"0,0\n", 3 * GIGABYTE, targets="y"),
    "csv in one line": written("a.csv.gz", gzip_bomb, b"a,y\n", b"0", 3 * GIGABYTE, targets="y"),
    "csv with an endless header": written("a.csv.gz", gzip_bomb, b"a,", b"a", 3 * GIGABYTE, targets="y"),
    "csv in quotes": written("a.csv.gz", gzip_bomb, b'a,y\n"', b"0", 3 * GIGABYTE, targets="y"),
    "csv of blanks": written("a.csv.gz", gzip_bomb, b"a,y\n", b",", 3 * GIGABYTE, targets="y"),
    "idx": written(
        "x-idx3-ubyte.gz", gzip_bomb, b"\0\0\x08\3\0\3\0\0\0\0\4\0\0\0\4\0", bytes(4096), 3 * GIGABYTE, inputs=True
    ),
    "image": in_image(png(9000, 9000)),
    "large image": in_image(png(12000, 12000)),
    "huge image": in_image(png(60000, 60000)),
}


def pickles(marker: Path) -> dict[str, Callable[[Path], dict[str, Any]]]:
    """Return functions that write files which create a folder when they are unpickled."""
    raw = pickle.dumps(Marker(marker))
    objects = npy(np.array([[Marker(marker)] * 2] * 3, dtype=object))
    stream = io.BytesIO()
    np.save(stream, np.array(Marker(marker), dtype=object), allow_pickle=True)
    found = {"raw": raw, "objects": objects, "one": stream.getvalue()}
    return {
        **{f"npy {name}": in_npy(content) for name, content in found.items()},
        **{f"npz {name}": in_npz(content) for name, content in found.items()},
        "npz member without an ending": in_npz(raw, "x"),
        "npz member in the parent folder": in_npz(raw, "../x.npy"),
    }
