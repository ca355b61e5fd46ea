"""NumPy's own files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nncli.core.errors import DataError
from nncli.data.files import load_array, load_members, stem
from nncli.data.rows import Rows, array_rows
from nncli.data.source import Source, source


@source("arrays")
@dataclass(frozen=True)
class Arrays(Source):
    """Arrays from one .npz file, or from a .npy file each, which are mapped into memory.

    Shape: inputs (n, *), images as (n, height, width, channels) or (n, height, width); targets (n,) or (n, targets)

    Args:
        path: a .npz file; without it, inputs and targets are .npy files.
        inputs: the name of the array in it, default x; or a file.
        targets: likewise, default y.
        classes: which labels to use and in what order; default all.
    """

    path: str | None = None
    inputs: str | None = None
    targets: str | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """A path or inputs that end in .npz or .npy."""
        return str(values.get("path", values.get("inputs", ""))).endswith((".npz", ".npy"))

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The path; without one, inputs and targets."""
        return ("path",) if values.get("path") else ("inputs", "targets")

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """A .npz file by its path, with the names inside it where training had a .npz too; a .npy file as inputs."""
        if path.endswith(".npz"):
            named = isinstance(like, Arrays) and like.path is not None
            return {"path": path} if named else {"path": path, "inputs": None, "targets": None}
        return {"path": None, "inputs": path, "targets": None}

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Neither path nor inputs, or a .npy file where several arrays are wanted."""
        yield from super().conflicts()
        if self.path is None and self.inputs is None:
            yield "path", "expected a .npz file, or inputs: and targets: as .npy files"
        if self.path is not None and self.path.endswith(".npy"):
            yield "path", f"a .npy file holds one array; write inputs: {self.path} and targets: another file"

    def read(self, *, targets: bool = True) -> Rows:
        """The arrays, checked for their lengths and for numbers that are not finite."""
        if self.path is not None:
            names = [self.inputs or "x", *([self.targets or "y"] if targets else [])]
            found = list(load_members(self.path, names))
            x, y = found[0], found[1] if targets else None
            x_name, y_name, target = f"{self.path}:{names[0]}", f"{self.path}:{names[-1]}", names[-1]
            files: tuple[str, ...] = (self.path,)
        else:
            assert self.inputs is not None
            if targets and self.targets is None:
                raise DataError(
                    f"{self.inputs}: no targets; name their file with targets:, or --targets on the command line"
                )
            x_name, y_name = self.inputs, self.targets or ""
            x, y = load_array(x_name), load_array(y_name) if targets else None
            target, files = stem(y_name), (x_name, *([y_name] if targets else []))
        return replace(array_rows(x, y, x_name, y_name, target), files=files)
