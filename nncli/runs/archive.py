"""Reading a checkpoint's members; what is not exactly as `checkpoint.save` writes it is refused."""

from __future__ import annotations

import io
import json
import math
import os
import re
import zipfile
from hashlib import sha256
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import CheckpointError
from nncli.core.text_format import truncate
from nncli.core.types import Array, Shape
from nncli.core.untrusted_files import READ_ERRORS, open_regular_file, open_zip, summarize_error

FORMAT = "nncli checkpoint"
VERSION = 1
META = "meta.json"
SEAL = "sha256"  # the key of the checksum of everything else in it
LARGEST_META = 32 << 20  # bytes
MOST_PARTS = 1 << 21  # values, lists and mappings in it, each of which may take 200 bytes of memory
DEEPEST = 64  # lists and mappings in one another
END, END_SIZE = b"PK\5\6", 22  # the record with which a zip file ends
BLOCK = 1 << 20  # bytes that are read at a time
LOCAL_HEADER = 30  # bytes before a member, besides its name
DTYPE = re.compile(r"[<>|][biufcUS]\d{1,9}")  # none that holds objects


def meta_checksum(meta: dict[str, Any]) -> str:
    """The SHA-256 of what meta.json says, but for its own checksum."""
    rest = {key: value for key, value in meta.items() if key != SEAL}
    return sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def meta_fault(text: bytes) -> str:
    """Why a meta.json is larger than any is allowed to be; or nothing."""
    if len(text) > LARGEST_META:
        return f"is of {len(text):,} bytes, more than {LARGEST_META:,}"
    parts = sum(text.count(mark) for mark in (b",", b"[", b"{"))
    return f"holds {parts:,} values, more than {MOST_PARTS:,}" if parts > MOST_PARTS else ""


def array_checksum(array: Array) -> str:
    """The SHA-256 of an array's content."""
    return sha256(array.data if array.size else b"").hexdigest()


class Archive:
    """An open checkpoint.

    Args:
        path: of the file.

    Raises:
        CheckpointError: where it is missing, foreign, damaged or of another version.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = self._open()
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            self._check_end()
            self._archive = open_zip(self._file)
            self.meta = self._read_meta()
            self._check_members()
        except READ_ERRORS as error:
            self._file.close()
            raise self._foreign(summarize_error(error)) from None
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()
        self._file.close()

    def _open(self) -> BinaryIO:
        try:
            return open_regular_file(self.path)
        except FileNotFoundError:
            raise CheckpointError(f"no such checkpoint: {self.path}") from None
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{self.path}: cannot be read ({getattr(error, 'strerror', error)})") from None

    def _foreign(self, why: str) -> CheckpointError:
        return CheckpointError(f"{self.path}: not an nncli checkpoint, or a damaged one ({why})")

    def _check_end(self) -> None:
        """Nothing stands behind the end of the archive, so that there is one way to read it."""
        self._file.seek(max(0, self._size - END_SIZE))
        end = self._file.read(END_SIZE)
        if len(end) < END_SIZE or not end.startswith(END) or not end.endswith(b"\0\0"):
            raise self._foreign("it does not end as a zip file")

    def _read_meta(self) -> dict[str, Any]:
        if META not in self._archive.namelist():
            raise self._foreign(f"it has no {META}")
        if self._archive.getinfo(META).file_size > LARGEST_META:
            raise self._foreign(f"its {META} is too large")
        text = self._archive.read(self._stored(META))
        if fault := meta_fault(text):
            raise self._foreign(f"its {META} {fault}")
        meta = json.loads(text)
        if not isinstance(meta, dict) or meta.get("format") != FORMAT:
            raise self._foreign(f"its {META} is not nncli's")
        version = meta.get("format_version")
        if type(version) is not int or version != VERSION:
            raise CheckpointError(
                f"{self.path}: format version {truncate(str(version))}; this nncli reads version {VERSION}; "
                f"it was written by nncli {truncate(str(meta.get('nncli_version', '?')))}"
            )
        if SEAL in meta and meta[SEAL] != meta_checksum(meta):
            raise CheckpointError(f"{self.path}: its {META} was changed (its checksum differs)")
        if not isinstance(meta.get("arrays"), dict):
            raise self._foreign(f"its {META} names no arrays")
        if _is_too_deep(meta):
            raise self._foreign(f"its {META} is nested too deeply")
        return meta

    def _check_members(self) -> None:
        """Every member has its name in meta.json and bytes of its own."""
        members = sorted(self._archive.infolist(), key=lambda member: member.header_offset)
        names = [member.filename for member in members]
        known = {META, *(f"{name}.npy" for name in self.meta["arrays"])}
        if strange := sorted(set(names) - known):
            raise self._foreign(f"it holds {truncate(strange[0])!r}, which its {META} does not list")
        if missing := sorted(known - set(names)):
            raise self._foreign(f"the array {truncate(missing[0].removesuffix('.npy'))!r} is missing")
        if len(names) > len(known):
            raise self._foreign("it holds a member twice")
        if members[0].header_offset != 0:
            raise self._foreign("something stands before its first member")
        ends = [*(member.header_offset for member in members[1:]), self._size]
        for member, end in zip(members, ends, strict=True):
            if member.header_offset + LOCAL_HEADER + member.file_size > end:
                raise self._foreign(f"{truncate(member.filename)!r} reaches into what comes after it")

    def _stored(self, name: str) -> zipfile.ZipInfo:
        info = self._archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > self._size:
            raise self._foreign(f"{truncate(name)} is compressed")
        return info

    def array(self, name: str) -> Array:
        """One array, verified.

        Raises:
            CheckpointError: where it is not as meta.json describes it.
        """
        try:
            array = np.empty(*_form(self.meta["arrays"][name]))
            self._read_array(name, array.reshape(-1).view(np.uint8))
        except READ_ERRORS as error:
            raise self._damaged(name, error) from None
        return array

    def verify(self, name: str) -> None:
        """Reads an array and checks it, without keeping it.

        Raises:
            CheckpointError: where it is not as meta.json describes it.
        """
        try:
            self._read_array(name, None)
        except READ_ERRORS as error:
            raise self._damaged(name, error) from None

    def _damaged(self, name: str, error: BaseException) -> CheckpointError:
        return CheckpointError(f"{self.path}: the array {truncate(name)!r} is damaged ({summarize_error(error)})")

    def _read_array(self, name: str, into: Array | None) -> None:
        """Reads an array block by block, into bytes of its size if there are any, and checks all of it."""
        described = self.meta["arrays"][name]
        header, size = _header(*_form(described))
        if self._stored(f"{name}.npy").file_size != len(header) + size:
            raise ValueError("it is not as long as described")
        digest, done = sha256(), 0
        with self._archive.open(f"{name}.npy") as member:
            if member.read(len(header)) != header:
                raise ValueError("its header differs")
            while block := member.read(BLOCK):
                digest.update(block)
                if into is not None:
                    into[done : done + len(block)] = np.frombuffer(block, np.uint8)
                done += len(block)
        if digest.hexdigest() != described["sha256"]:
            raise ValueError("its checksum differs")


def _form(described: dict[str, Any]) -> tuple[Shape, np.dtype[Any]]:
    """The shape and the dtype of an array."""
    shape, dtype = described["shape"], described["dtype"]
    if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("its shape is none")
    if not isinstance(dtype, str) or not DTYPE.fullmatch(dtype):
        raise ValueError("its dtype is none of numbers or text")
    return tuple(shape), np.dtype(dtype)


def _header(shape: Shape, dtype: np.dtype[Any]) -> tuple[bytes, int]:
    """(what a .npy file of such an array begins with, how many bytes follow)."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype.str, "fortran_order": False, "shape": shape})
    return stream.getvalue(), math.prod(shape) * dtype.itemsize


def _is_too_deep(value: Any) -> bool:
    """Whether there are more lists and mappings in one another than anything that reads them has to reckon with."""
    level = [value]
    for _ in range(DEEPEST):
        inside = (item for part in level for item in (part.values() if isinstance(part, dict) else part))
        level = [item for item in inside if isinstance(item, dict | list)]
        if not level:
            return False
    return True
