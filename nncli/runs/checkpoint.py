"""Save and load checkpoints: one .npz that NumPy can open, with a description of the model in meta.json; no pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

import numpy as np

from nncli.core.errors import SaveError
from nncli.core.types import Array
from nncli.runs.atomic_write import write_atomically
from nncli.runs.checkpoint_archive import CheckpointArchive
from nncli.runs.checkpoint_array import describe_array
from nncli.runs.checkpoint_meta import META, Meta, meta_text, size_fault

STATE = "state/"  # the folder of all arrays that are not weights
_TIME = (1980, 1, 1, 0, 0, 0)  # time stamp of every member, so that equal content gives equal bytes


def save(path: str, weights: Mapping[str, Array], state: Mapping[str, Array], meta: Meta) -> None:
    """Write a checkpoint atomically.

    Args:
        path: path of the file.
        weights: the model's parameters by name, such as "0.dense.weight".
        state: other arrays; they are stored in the folder state/.
        meta: all other values of the checkpoint, as plain values.

    Raises:
        SaveError: if the file cannot be written, or meta.json would be larger than `load` accepts.
    """
    arrays = {**weights, **{STATE + name: array for name, array in state.items()}}
    members = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    text = meta_text({**meta, "arrays": {name: describe_array(array) for name, array in members.items()}})
    _check_size(path, text)

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(zipfile.ZipInfo(META, _TIME), text)
            for name, array in members.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy", _TIME), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)

    write_atomically(path, write)


def check_meta_size(meta: Meta, names: Iterable[str] = ()) -> None:
    """Check that meta.json would not be too large, before the arrays exist.

    Args:
        meta: the argument of `save`.
        names: names of the arrays.

    Raises:
        SaveError: if meta.json would be larger than `load` accepts.
    """
    described = {name: {"shape": [1 << 31] * 4, "dtype": "<f8", "sha256": "0" * 64} for name in names}
    _check_size("the checkpoint", meta_text({**meta, "arrays": described}))


def _check_size(path: str, text: str) -> None:
    if fault := size_fault(text.encode()):
        remedy = "use a quantile scaler with fewer quantiles, or train on fewer columns or categories"
        raise SaveError(f"{path}: cannot be written: its {META} {fault}; {remedy}")


def read_meta(path: str) -> Meta:
    """Return meta.json without reading any array.

    Raises:
        CheckpointError: if the file is missing, damaged, of another version or not an nncli checkpoint.
    """
    with CheckpointArchive(path) as archive:
        return archive.meta


def verify(path: str) -> Meta:
    """Verify the checksum of every array without keeping the arrays, and return meta.json.

    Raises:
        CheckpointError: if the file is missing, damaged, of another version or not an nncli checkpoint.
    """
    with CheckpointArchive(path) as archive:
        for name in archive.meta["arrays"]:
            archive.verify(name)
        return archive.meta


def load(
    path: str, *, state: bool = True, check_meta: Callable[[Meta], object] = lambda meta: None
) -> tuple[Meta, dict[str, Array]]:
    """Return (meta, arrays by name), with every array verified by its checksum.

    Args:
        path: path of the checkpoint.
        state: whether to also read the arrays that only training needs.
        check_meta: called with meta before any array is read; raises if the arrays are not the expected ones.

    Raises:
        CheckpointError: if the file is missing, damaged, of another version or not an nncli checkpoint.
    """
    with CheckpointArchive(path) as archive:
        check_meta(archive.meta)
        return archive.meta, {
            name: archive.array(name) for name in archive.meta["arrays"] if state or not name.startswith(STATE)
        }
