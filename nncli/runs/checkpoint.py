"""Checkpoints: one .npz that NumPy alone opens, with all about the model in meta.json; nothing is pickled in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import SaveError
from nncli.core.types import Array
from nncli.runs.archive import FORMAT, META, SEAL, VERSION, Archive, array_checksum, meta_checksum, meta_fault
from nncli.runs.atomic import write_atomically

STATE = "state/"  # what is not a weight stands in this folder
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
        SaveError: where it cannot be written, or what it says of itself is more than `load` takes.
    """
    arrays = {**weights, **{STATE + name: array for name, array in state.items()}}
    members = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    described = {
        name: {"shape": list(array.shape), "dtype": array.dtype.str, "sha256": array_checksum(array)}
        for name, array in members.items()
    }
    text = _sealed({**meta, "arrays": described})
    _check_size(path, text)

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(zipfile.ZipInfo(META, _TIME), text)
            for name, array in members.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy", _TIME), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)

    write_atomically(path, write)


def check_meta(meta: Meta, names: Iterable[str] = ()) -> None:
    """Whether a checkpoint can say all this of itself; to be asked before what it is to hold is made.

    Args:
        meta: as for `save`.
        names: of its arrays.

    Raises:
        SaveError: where it is more than `load` takes.
    """
    described = {name: {"shape": [1 << 31] * 4, "dtype": "<f8", "sha256": "0" * 64} for name in names}
    _check_size("the checkpoint", _sealed({**meta, "arrays": described}))


def _sealed(meta: Meta) -> str:
    """The text of meta.json, with a checksum of what it reads back as."""
    read_back = json.loads(json.dumps({"format": FORMAT, "format_version": VERSION, **meta}))
    return json.dumps({**read_back, SEAL: meta_checksum(read_back)})


def _check_size(path: str, text: str) -> None:
    if fault := meta_fault(text.encode()):
        remedy = "scale by fewer quantiles, or train on fewer columns or categories"
        raise SaveError(f"{path}: cannot be written: its {META} {fault}; {remedy}")


def read_meta(path: str) -> Meta:
    """What a checkpoint says about itself, without reading its arrays.

    Raises:
        CheckpointError: where it is missing, foreign, damaged or of another version.
    """
    with Archive(path) as archive:
        return archive.meta


def verify(path: str) -> Meta:
    """What a checkpoint says about itself, with every array checked and none kept.

    Raises:
        CheckpointError: where it is missing, foreign, damaged or of another version.
    """
    with Archive(path) as archive:
        for name in archive.meta["arrays"]:
            archive.verify(name)
        return archive.meta


def load(
    path: str, *, state: bool = True, fits: Callable[[Meta], object] = lambda meta: None
) -> tuple[Meta, dict[str, Array]]:
    """(meta, arrays by name), with every array verified by its checksum.

    Args:
        path: of the checkpoint.
        state: whether to read what only a run that goes on needs, too.
        fits: looks at the meta before any array is read, and raises where the arrays are not those that are wanted.

    Raises:
        CheckpointError: where it is missing, foreign, damaged or of another version.
    """
    with Archive(path) as archive:
        fits(archive.meta)
        return archive.meta, {
            name: archive.array(name) for name in archive.meta["arrays"] if state or not name.startswith(STATE)
        }
