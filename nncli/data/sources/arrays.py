"""NumPy's own files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.file_endings import is_npy, is_npz
from nncli.data.files import load_array, load_first_rows, load_members, member_bytes, member_names, stem
from nncli.data.labels import as_text
from nncli.data.mapped import Mapped
from nncli.data.rows import Glance, Rows, array_glance, array_rows, spread
from nncli.data.source import LARGE, Source, source
from nncli.data.weights import checked_weights

NOTHING_ELSE: dict[str, Any] = {"targets": None, "weights": None, "groups": None}


@source("arrays")
@dataclass(frozen=True)
class Arrays(Source):
    """Arrays from one .npz file, or from a .npy file each, which are mapped into memory.

    Shape: inputs (n, *), images as (n, height, width, channels) or (n, height, width), sequences as (n, steps,
        features), or (n, steps) for an embedding; targets (n,) or (n, targets)

    Args:
        path: a .npz file; without it, inputs and targets are .npy files.
        inputs: the name of the array in it, default x; or a file.
        targets: likewise, default y.
        weights: likewise, how much every row counts in loss and metrics; default one each.
        groups: likewise, the group of every row, none of which is split between training, validation and test.
        classes: which labels to use and in what order; default all.
    """

    example = "{path: data.npz}, or {inputs: x.npy, targets: y.npy}"

    path: str | None = None
    inputs: str | None = None
    targets: str | None = None
    weights: str | None = None
    groups: str | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """A path or inputs that end in .npz or .npy."""
        path = str(values.get("path", values.get("inputs", "")))
        return is_npz(path) or is_npy(path)

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The path; without one, inputs and targets."""
        return ("path",) if values.get("path") else ("inputs", "targets", "weights", "groups")

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """A .npz file by its path, with the names inside it where training had a .npz too; a .npy file as inputs."""
        if is_npz(path):
            named = isinstance(like, Arrays) and like.path is not None
            return {"path": path} if named else {"path": path, **NOTHING_ELSE, "inputs": None}
        return {"path": None, "inputs": path, **NOTHING_ELSE}

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Neither path nor inputs, or a .npy file where several arrays are wanted."""
        yield from super().conflicts()
        if self.path is None and self.inputs is None:
            yield "path", "expected a .npz file, or inputs: and targets: as .npy files"
        if self.path is not None and is_npy(self.path):
            yield "path", f"a .npy file holds one array; write inputs: {self.path} and targets: another file"

    def read(self, *, targets: bool = True) -> Rows:
        """The arrays, checked for their lengths and for numbers that are not finite."""
        x_name, y_name, target = self._names(targets=targets)
        besides = self._besides() if targets else {}
        x: Array | Mapped
        notes: tuple[str, ...] = ()
        if self.path is not None:
            names = [self.inputs or "x", *([target] if targets else []), *besides.values()]
            x, *others = load_members(self.path, names)
            files: tuple[str, ...] = (self.path,)
        else:
            files = (x_name, *([y_name] if targets else []), *besides.values())
            x, *others = (load_array(file) for file in files)
            if x.nbytes >= LARGE and x.ndim > 1:
                x, notes = _held_or_mapped(x, x_name)
        rows = array_rows(x, others[0] if targets else None, x_name, y_name, target)
        rows = replace(rows, files=files, notes=notes)
        return self._with(rows, dict(zip(besides, others[1:], strict=True)))

    def _besides(self) -> dict[str, str]:
        """The names of what there is beside inputs and targets; rows that are not split need no groups."""
        named = {key: name for key in ("weights", "groups") if (name := getattr(self, key))}
        if "groups" in named and self.path is not None and named["groups"] not in member_names(self.path):
            del named["groups"]
        return named

    def _with(self, rows: Rows, besides: dict[str, Array]) -> Rows:
        """The rows with their weights and groups, where there are any."""
        groups = besides.get("groups")
        if groups is not None:
            if groups.shape[:1] != (len(rows),):
                raise DataError(f"{self.groups}: {len(groups)} rows, but {rows.name} has {len(rows)}", key="groups")
            try:
                rows = replace(rows, groups=as_text(groups))
            except ValueError as error:
                raise DataError(f"{self.groups}: {error}", key="groups") from None
        if "weights" in besides:
            rows = replace(rows, weights=checked_weights(besides["weights"], rows))
        return rows

    def glance(self, count: int) -> Glance | None:
        """Rows from everywhere in a .npy file, which is mapped; the first ones of a .npz file."""
        x_name, y_name, target = self._names(targets=True)
        besides = self._besides()
        if self.path is not None:
            if member_bytes(self.path) < LARGE:
                return None
            (y, *others) = load_members(self.path, [target, *besides.values()])
            sample, shape = load_first_rows(self.path, self.inputs or "x", count)
            if not shape:
                return None
            origin = np.arange(len(sample))
        else:
            x, y, *others = (load_array(file) for file in (x_name, y_name, *besides.values()))
            if x.nbytes < LARGE or not x.ndim:
                return None
            origin, shape = spread(len(x), count), x.shape
            sample = x[origin]
        seen = array_glance(sample, origin, shape, y, x_name, y_name, target)
        return replace(seen, rows=self._with(seen.rows, dict(zip(besides, others, strict=True))))

    def _names(self, *, targets: bool) -> tuple[str, str, str]:
        """(what messages call the inputs, what they call the targets, the name of the target)."""
        if self.path is not None:
            target = self.targets or "y"
            return f"{self.path}:{self.inputs or 'x'}", f"{self.path}:{target}", target
        assert self.inputs is not None
        if targets and self.targets is None:
            raise DataError(
                f"{self.inputs}: no targets; name their file with targets:, or --targets on the command line"
            )
        return self.inputs, self.targets or "", stem(self.targets or "")


def _held_or_mapped(x: Array, name: str) -> tuple[Array | Mapped, tuple[str, ...]]:
    """A large array, left in its file where its rows are whole there, and what is to be said of it."""
    if x.flags.c_contiguous:
        return Mapped(x), ()
    what = "is stored column by column (Fortran order), so it is read into memory"
    return np.ascontiguousarray(x), (f"{name} {what}; save np.ascontiguousarray(x) to leave it in its file",)
