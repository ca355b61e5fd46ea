"""Find damage in a checkpoint: in the structure of the zip file, in meta.json and, by checksums, in the arrays.

Every function raises a ValueError that says what is wrong; `checkpoint_archive` adds the path.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from hashlib import sha256
from typing import IO, Any, BinaryIO

import numpy as np

from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.runs.checkpoint_meta import FORMAT, META, is_too_deep, size_fault

END_RECORD, END_RECORD_BYTES = b"PK\5\6", 22  # the record at the end of a zip file
LOCAL_HEADER_BYTES = 30  # size of the header before a member, without the member's name
BLOCK_BYTES = 1 << 20  # bytes read at a time


def check_end_of_zip(file: BinaryIO, size: int) -> None:
    """Check that nothing follows the end of a zip file of `size` bytes, so that every reader finds the same members.

    Raises:
        ValueError: if the file ends with something else.
    """
    file.seek(max(0, size - END_RECORD_BYTES))
    end = file.read(END_RECORD_BYTES)
    if len(end) < END_RECORD_BYTES or not end.startswith(END_RECORD) or not end.endswith(b"\0\0"):
        raise ValueError("it does not end as a zip file")


def parse_meta(text: bytes) -> dict[str, Any]:
    """Parse meta.json and check that nncli wrote it; its version and checksum are not checked here.

    Raises:
        ValueError: if nncli did not write it, or it is too large.
    """
    if fault := size_fault(text):
        raise ValueError(f"its {META} {fault}")
    meta = json.loads(text)
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise ValueError(f"its {META} was not written by nncli")
    return meta


def check_described_arrays(meta: dict[str, Any]) -> None:
    """Check that meta.json describes arrays and is not nested too deeply.

    Raises:
        ValueError: if it describes no arrays, or is nested too deeply.
    """
    if not isinstance(meta.get("arrays"), dict):
        raise ValueError(f"its {META} describes no arrays")
    if is_too_deep(meta):
        raise ValueError(f"its {META} is nested too deeply")


def check_members(archive: zipfile.ZipFile, arrays: Iterable[str], size: int) -> None:
    """Check that the members of a zip file are meta.json and the described arrays, and do not overlap.

    Args:
        archive: the zip file.
        arrays: names of the arrays in meta.json.
        size: size of the file in bytes.

    Raises:
        ValueError: if a member is missing, unknown, duplicated or overlaps another.
    """
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    names = [member.filename for member in members]
    known = {META, *(f"{name}.npy" for name in arrays)}
    if unknown := sorted(set(names) - known):
        raise ValueError(f"it holds {truncate(unknown[0])!r}, which its {META} does not list")
    if missing := sorted(known - set(names)):
        raise ValueError(f"the array {truncate(missing[0].removesuffix('.npy'))!r} is missing")
    if len(names) > len(known):
        raise ValueError("two of its members have the same name")
    if members[0].header_offset != 0:
        raise ValueError("there is data before its first member")
    ends = [*(member.header_offset for member in members[1:]), size]
    for member, end in zip(members, ends, strict=True):
        if member.header_offset + LOCAL_HEADER_BYTES + member.file_size > end:
            raise ValueError(f"{truncate(member.filename)!r} overlaps the next member")


def read_verified(member: IO[bytes], header: bytes, checksum: str, into: Array | None) -> None:
    """Read an array block by block and verify it.

    Args:
        member: the array's .npy file.
        header: the expected header of that file.
        checksum: the expected SHA-256 of everything after the header.
        into: (bytes,) receives the array's bytes; None only verifies them.

    Raises:
        ValueError: if header or checksum differ.
    """
    if member.read(len(header)) != header:
        raise ValueError("its header differs")
    digest, done = sha256(), 0
    while block := member.read(BLOCK_BYTES):
        digest.update(block)
        if into is not None:
            into[done : done + len(block)] = np.frombuffer(block, np.uint8)
        done += len(block)
    if digest.hexdigest() != checksum:
        raise ValueError("its checksum differs")
