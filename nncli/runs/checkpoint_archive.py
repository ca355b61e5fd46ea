"""Read the members of a checkpoint; anything that `checkpoint.save` would not write is refused."""

from __future__ import annotations

import json
import os
import zipfile
from hashlib import sha256
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import CheckpointError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.core.untrusted_files import READ_ERRORS, open_regular_file, open_zip, summarize_error
from nncli.runs import checkpoint_meta
from nncli.runs.checkpoint_array import described_form, npy_header
from nncli.runs.checkpoint_meta import CHECKSUM_KEY, FORMAT, META, VERSION, Meta

END, END_SIZE = b"PK\5\6", 22  # the record at the end of a zip file
BLOCK_BYTES = 1 << 20  # read at a time
LOCAL_HEADER_BYTES = 30  # before a member, in addition to its name


class CheckpointArchive:
    """An open checkpoint.

    Args:
        path: of the file.

    Attributes:
        meta: the values of meta.json.

    Raises:
        CheckpointError: if it is missing, foreign, damaged or of another version.
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

    def __enter__(self) -> CheckpointArchive:
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
        """Check that nothing follows the end of the archive, so that every reader finds the same members."""
        self._file.seek(max(0, self._size - END_SIZE))
        end = self._file.read(END_SIZE)
        if len(end) < END_SIZE or not end.startswith(END) or not end.endswith(b"\0\0"):
            raise self._foreign("it does not end as a zip file")

    def _read_meta(self) -> Meta:
        if META not in self._archive.namelist():
            raise self._foreign(f"it has no {META}")
        if self._archive.getinfo(META).file_size > checkpoint_meta.MAX_META_BYTES:
            raise self._foreign(f"its {META} is too large")
        text = self._archive.read(self._stored(META))
        if fault := checkpoint_meta.size_fault(text):
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
        if CHECKSUM_KEY in meta and meta[CHECKSUM_KEY] != checkpoint_meta.meta_checksum(meta):
            raise CheckpointError(f"{self.path}: its {META} was changed (its checksum differs)")
        if not isinstance(meta.get("arrays"), dict):
            raise self._foreign(f"its {META} names no arrays")
        if checkpoint_meta.is_too_deep(meta):
            raise self._foreign(f"its {META} is nested too deeply")
        return meta

    def _check_members(self) -> None:
        """Check that every member is named in meta.json and overlaps no other."""
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
            if member.header_offset + LOCAL_HEADER_BYTES + member.file_size > end:
                raise self._foreign(f"{truncate(member.filename)!r} reaches into what comes after it")

    def _stored(self, name: str) -> zipfile.ZipInfo:
        info = self._archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > self._size:
            raise self._foreign(f"{truncate(name)} is compressed")
        return info

    def array(self, name: str) -> Array:
        """Read and verify one array.

        Raises:
            CheckpointError: if it is not as meta.json describes it.
        """
        try:
            array = np.empty(*described_form(self.meta["arrays"][name]))
            self._read_array(name, array.reshape(-1).view(np.uint8))
        except READ_ERRORS as error:
            raise self._damaged(name, error) from None
        return array

    def verify(self, name: str) -> None:
        """Read an array and check it, without keeping it.

        Raises:
            CheckpointError: if it is not as meta.json describes it.
        """
        try:
            self._read_array(name, None)
        except READ_ERRORS as error:
            raise self._damaged(name, error) from None

    def _damaged(self, name: str, error: BaseException) -> CheckpointError:
        return CheckpointError(f"{self.path}: the array {truncate(name)!r} is damaged ({summarize_error(error)})")

    def _read_array(self, name: str, into: Array | None) -> None:
        """Read an array block by block, into an array of its bytes if one is given, and check all of it."""
        described: dict[str, Any] = self.meta["arrays"][name]
        header, size = npy_header(*described_form(described))
        if self._stored(f"{name}.npy").file_size != len(header) + size:
            raise ValueError("it is not as long as described")
        digest, done = sha256(), 0
        with self._archive.open(f"{name}.npy") as member:
            if member.read(len(header)) != header:
                raise ValueError("its header differs")
            while block := member.read(BLOCK_BYTES):
                digest.update(block)
                if into is not None:
                    into[done : done + len(block)] = np.frombuffer(block, np.uint8)
                done += len(block)
        if digest.hexdigest() != described["sha256"]:
            raise ValueError("its checksum differs")
