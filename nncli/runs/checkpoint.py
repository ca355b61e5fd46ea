"""Checkpoints: one .npz that NumPy alone opens, with all about the model in meta.json; nothing is pickled in it."""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import CheckpointError
from nncli.core.types import Array
from nncli.runs.atomic import write_atomically

FORMAT = "nncli checkpoint"
VERSION = 1
META = "meta.json"
STATE = "state/"  # what is not a weight stands in this folder
LARGEST_META = 64 << 20
_TIME = (1980, 1, 1, 0, 0, 0)  # of every member, so that equal content gives equal bytes

Meta = dict[str, Any]


def save(path: str, weights: Mapping[str, Array], state: Mapping[str, Array], meta: Meta) -> None:
    """Writes a checkpoint whole or not at all.

    Args:
        path: where to.
        weights: the model's parameters by name, such as "0.dense.weight".
        state: other arrays; they get the folder state/.
        meta: everything else, as plain values.

    Raises:
        SaveError: where it cannot be written.
    """
    arrays = {**weights, **{STATE + name: array for name, array in state.items()}}
    members = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    described = {
        name: {"shape": list(array.shape), "dtype": array.dtype.str, "sha256": _checksum(array)}
        for name, array in members.items()
    }
    text = json.dumps({"format": FORMAT, "format_version": VERSION, **meta, "arrays": described}, allow_nan=True)

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(zipfile.ZipInfo(META, _TIME), text)
            for name, array in members.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy", _TIME), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)

    write_atomically(path, write)


def read_meta(path: str) -> Meta:
    """What a checkpoint says about itself, without reading its arrays.

    Raises:
        CheckpointError: where it is missing, foreign, damaged or of another version.
    """
    with _Archive(path) as archive:
        return archive.meta


def load(path: str, *, state: bool = True) -> tuple[Meta, dict[str, Array]]:
    """(meta, arrays by name), with every array verified by its checksum.

    Args:
        path: of the checkpoint.
        state: whether to read what only a run that goes on needs, too.

    Raises:
        CheckpointError: where it is missing, foreign, damaged or of another version.
    """
    with _Archive(path) as archive:
        return archive.meta, {
            name: archive.array(name) for name in archive.meta["arrays"] if state or not name.startswith(STATE)
        }


class _Archive:
    """An open checkpoint."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = self._open()
        try:
            self._archive = zipfile.ZipFile(self._file)
            self.meta = self._read_meta()
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            self._file.close()
            raise self._foreign(error) from None
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()
        self._file.close()

    def _open(self) -> BinaryIO:
        try:
            return open(self.path, "rb")
        except FileNotFoundError:
            raise CheckpointError(f"no such checkpoint: {self.path}") from None
        except OSError as error:
            raise CheckpointError(f"{self.path}: cannot be read ({error.strerror})") from None

    def _foreign(self, error: Exception | str) -> CheckpointError:
        return CheckpointError(f"{self.path}: not an nncli checkpoint, or a damaged one ({error})")

    def _read_meta(self) -> Meta:
        if META not in self._archive.namelist():
            raise self._foreign(f"it has no {META}")
        if self._archive.getinfo(META).file_size > LARGEST_META:
            raise self._foreign(f"its {META} is too large")
        meta = json.loads(self._member(META))
        if not isinstance(meta, dict) or meta.get("format") != FORMAT:
            raise self._foreign(f"its {META} is not nncli's")
        version = meta.get("format_version")
        if version != VERSION:
            raise CheckpointError(
                f"{self.path}: format version {version}; this nncli reads version {VERSION}; "
                f"it was written by nncli {meta.get('nncli_version', '?')}"
            )
        if not isinstance(meta.get("arrays"), dict):
            raise self._foreign(f"its {META} names no arrays")
        return meta

    def _member(self, name: str) -> bytes:
        info = self._archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > os.fstat(self._file.fileno()).st_size:
            raise self._foreign(f"{name} is compressed")
        return self._archive.read(name)

    def array(self, name: str) -> Array:
        """One array, verified."""
        described = self.meta["arrays"][name]
        try:
            shape = tuple(int(length) for length in described["shape"])
            dtype = np.dtype(described["dtype"])
            content = self._member(f"{name}.npy")
            size = math.prod(shape) * dtype.itemsize
            if dtype.hasobject or len(content) < size:
                raise ValueError("it is not as long as described")
            array = np.frombuffer(content, dtype, offset=len(content) - size).reshape(shape)
            if _checksum(array) != described["sha256"]:
                raise ValueError("its checksum differs")
            header = content[: len(content) - size]
            if header != _header(array):
                raise ValueError("its header differs")
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise CheckpointError(f"{self.path}: the array {name!r} is damaged ({error})") from None
        return array


def _checksum(array: Array) -> str:
    return sha256(array.data if array.size else b"").hexdigest()


def _header(array: Array) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
    return stream.getvalue()
