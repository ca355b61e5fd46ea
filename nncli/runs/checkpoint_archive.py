"""Open a checkpoint and read its members; a file that `checkpoint.save` would not write is refused."""

from __future__ import annotations

import os
import zipfile
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import CheckpointError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.core.untrusted_files import READ_ERRORS, open_regular_file, open_zip, summarize_error
from nncli.runs import checkpoint_meta
from nncli.runs.checkpoint_array import described_form, npy_header
from nncli.runs.checkpoint_meta import CHECKSUM_KEY, META, VERSION, Meta
from nncli.runs.checkpoint_verification import (
    check_described_arrays,
    check_end_of_zip,
    check_members,
    parse_meta,
    read_verified,
)


class CheckpointArchive:
    """An open checkpoint.

    Args:
        path: path of the file.

    Attributes:
        meta: the values of meta.json.

    Raises:
        CheckpointError: if it is missing, damaged, of another version or not an nncli checkpoint.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = self._open()
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            check_end_of_zip(self._file, self._size)
            self._archive = open_zip(self._file)
            self.meta = self._read_meta()
            check_members(self._archive, self.meta["arrays"], self._size)
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

    def _read_meta(self) -> Meta:
        if META not in self._archive.namelist():
            raise self._foreign(f"it has no {META}")
        if self._archive.getinfo(META).file_size > checkpoint_meta.MAX_META_BYTES:
            raise self._foreign(f"its {META} is too large")
        meta = parse_meta(self._archive.read(self._stored(META)))
        version = meta.get("format_version")
        if type(version) is not int or version != VERSION:
            raise CheckpointError(
                f"{self.path}: format version {truncate(str(version))}; this nncli reads version {VERSION}; "
                f"it was written by nncli {truncate(str(meta.get('nncli_version', '?')))}"
            )
        if CHECKSUM_KEY in meta and meta[CHECKSUM_KEY] != checkpoint_meta.meta_checksum(meta):
            raise CheckpointError(f"{self.path}: its {META} was changed (its checksum differs)")
        check_described_arrays(meta)
        return meta

    def _stored(self, name: str) -> zipfile.ZipInfo:
        """Return the entry of a member, which must not be compressed."""
        info = self._archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > self._size:
            raise self._foreign(f"{truncate(name)} is compressed")
        return info

    def array(self, name: str) -> Array:
        """Read and verify one array.

        Raises:
            CheckpointError: if the array does not match its description in meta.json.
        """
        try:
            array = np.empty(*described_form(self.meta["arrays"][name]))
            self._read_array(name, array.reshape(-1).view(np.uint8))
        except READ_ERRORS as error:
            raise self._damaged(name, error) from None
        return array

    def verify(self, name: str) -> None:
        """Verify one array without keeping it in memory.

        Raises:
            CheckpointError: if the array does not match its description in meta.json.
        """
        try:
            self._read_array(name, None)
        except READ_ERRORS as error:
            raise self._damaged(name, error) from None

    def _damaged(self, name: str, error: BaseException) -> CheckpointError:
        return CheckpointError(f"{self.path}: the array {truncate(name)!r} is damaged ({summarize_error(error)})")

    def _read_array(self, name: str, into: Array | None) -> None:
        described: dict[str, Any] = self.meta["arrays"][name]
        header, size = npy_header(*described_form(described))
        if self._stored(f"{name}.npy").file_size != len(header) + size:
            raise ValueError("its length is not the described one")
        with self._archive.open(f"{name}.npy") as member:
            read_verified(member, header, described["sha256"], into)
