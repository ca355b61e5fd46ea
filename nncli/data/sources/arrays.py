"""NumPy's .npz and .npy files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.arrays.npy_files import load_npy, load_npz, load_npz_rows, npz_bytes, npz_names
from nncli.data.arrays.row_sampling import evenly_spaced
from nncli.data.file_endings import is_npy, is_npz
from nncli.data.files.file_names import stem
from nncli.data.rows import Preview, Rows, array_preview, array_rows
from nncli.data.source import MIN_PREVIEW_BYTES, Source, source
from nncli.data.target_encoding.label_text import normalize_labels
from nncli.data.weights.sample_weights import validate_weights

INPUTS_ONLY: dict[str, Any] = {"targets": None, "weights": None, "groups": None}


@source("arrays")
@dataclass(frozen=True)
class Arrays(Source):
    """Arrays from one .npz file, or from one memory-mapped .npy file per array.

    Shape: inputs (n, *), images as (n, height, width, channels) or (n, height, width), sequences as (n, steps,
        features), or (n, steps) for an embedding; targets (n,) or (n, targets)

    Args:
        path: a .npz file; without it, inputs and targets are .npy files.
        inputs: the name of the array of inputs in the .npz file, default x; or a .npy file.
        targets: the name of the array of targets, default y; or a .npy file.
        weights: array or file with the weight of every row in loss and metrics; default 1 for all.
        groups: array or file with the group of every row; no group is split between training, validation and test.
        classes: the labels to use, in order; default all.
    """

    example = "{path: data.npz}, or {inputs: x.npy, targets: y.npy}"

    path: str | None = None
    inputs: str | None = None
    targets: str | None = None
    weights: str | None = None
    groups: str | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether path or inputs end in .npz or .npy."""
        path = str(values.get("path", values.get("inputs", "")))
        return is_npz(path) or is_npy(path)

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the path; without one, the fields that are .npy files."""
        return ("path",) if values.get("path") else ("inputs", "targets", "weights", "groups")

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """Return a .npy file as inputs; a .npz file as path, with the array names of `like` if it has a path."""
        if is_npz(path):
            named = isinstance(like, Arrays) and like.path is not None
            return {"path": path} if named else {"path": path, **INPUTS_ONLY, "inputs": None}
        return {"path": None, "inputs": path, **INPUTS_ONLY}

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Report that neither path nor inputs are given, or that path is a .npy file."""
        yield from super().conflicts()
        if self.path is None and self.inputs is None:
            yield "path", "expected a .npz file, or inputs: and targets: as .npy files"
        if self.path is not None and is_npy(self.path):
            yield "path", f"a .npy file holds one array; write inputs: {self.path} and targets: another file"

    def read(self, *, targets: bool = True) -> Rows:
        """Read the arrays, and check their lengths and that the numbers are finite."""
        x_name, y_name, target = self._names(targets=targets)
        extras = self._extra_arrays() if targets else {}
        x: Array | MemoryMapped
        notes: tuple[str, ...] = ()
        if self.path is not None:
            names = [self.inputs or "x", *([target] if targets else []), *extras.values()]
            x, *others = load_npz(self.path, names)
            files: tuple[str, ...] = (self.path,)
        else:
            files = (x_name, *([y_name] if targets else []), *extras.values())
            x, *others = (load_npy(file) for file in files)
            if x.nbytes >= MIN_PREVIEW_BYTES and x.ndim > 1:
                x, notes = _memory_mapped(x, x_name)
        rows = array_rows(x, others[0] if targets else None, x_name, y_name, target)
        rows = replace(rows, files=files, notes=notes)
        return self._add_extras(rows, dict(zip(extras, others[1:], strict=True)))

    def preview(self, count: int) -> Preview | None:
        """Read evenly spaced rows of a .npy file, or the first rows of a .npz file."""
        x_name, y_name, target = self._names(targets=True)
        extras = self._extra_arrays()
        if self.path is not None:
            if npz_bytes(self.path) < MIN_PREVIEW_BYTES:
                return None
            (y, *others) = load_npz(self.path, [target, *extras.values()])
            sample, shape = load_npz_rows(self.path, self.inputs or "x", count)
            if not shape:
                return None
            origin = np.arange(len(sample))
        else:
            x, y, *others = (load_npy(file) for file in (x_name, y_name, *extras.values()))
            if x.nbytes < MIN_PREVIEW_BYTES or not x.ndim:
                return None
            origin, shape = evenly_spaced(len(x), count), x.shape
            sample = x[origin]
        preview = array_preview(sample, origin, shape, y, x_name, y_name, target)
        return replace(preview, rows=self._add_extras(preview.rows, dict(zip(extras, others, strict=True))))

    def _extra_arrays(self) -> dict[str, str]:
        """Return the names of the arrays of weights and groups; a .npz file may lack groups, which only splits need."""
        named = {key: name for key in ("weights", "groups") if (name := getattr(self, key))}
        if "groups" in named and self.path is not None and named["groups"] not in npz_names(self.path):
            del named["groups"]
        return named

    def _add_extras(self, rows: Rows, extras: dict[str, Array]) -> Rows:
        """Return the rows with their weights and groups, if there are any."""
        groups = extras.get("groups")
        if groups is not None:
            if groups.shape[:1] != (len(rows),):
                raise DataError(f"{self.groups}: {len(groups)} rows, but {rows.name} has {len(rows)}", key="groups")
            try:
                rows = replace(rows, groups=normalize_labels(groups))
            except ValueError as error:
                raise DataError(f"{self.groups}: {error}", key="groups") from None
        if "weights" in extras:
            rows = replace(rows, weights=validate_weights(extras["weights"], rows))
        return rows

    def _names(self, *, targets: bool) -> tuple[str, str, str]:
        """Return (name of the inputs in messages, name of the targets in messages, name of the target)."""
        if self.path is not None:
            target = self.targets or "y"
            return f"{self.path}:{self.inputs or 'x'}", f"{self.path}:{target}", target
        assert self.inputs is not None
        if targets and self.targets is None:
            raise DataError(
                f"{self.inputs}: no targets; name their file with targets:, or --targets on the command line"
            )
        return self.inputs, self.targets or "", stem(self.targets or "")


def _memory_mapped(x: Array, name: str) -> tuple[Array | MemoryMapped, tuple[str, ...]]:
    """Return (a large array, notes): memory-mapped if its rows are contiguous, and otherwise in memory."""
    if x.flags.c_contiguous:
        return MemoryMapped(x), ()
    what = "is stored column by column (Fortran order), so it is read into memory"
    return np.ascontiguousarray(x), (f"{name} {what}; save np.ascontiguousarray(x) instead to keep it memory-mapped",)
