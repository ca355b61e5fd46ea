"""The built-in datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from nncli.core.fields import OneOf
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.arrays.npy_files import load_npz
from nncli.data.files.file_names import natural_order
from nncli.data.rows import Rows
from nncli.data.rows.array_rows import array_place
from nncli.data.source import Source, source

FOLDER = Path(__file__).parent.parent / "datasets"


def dataset_names() -> list[str]:
    """Return the names of the built-in datasets."""
    return sorted((file.stem for file in FOLDER.glob("*.md")), key=natural_order)


def dataset_text(name: str) -> str:
    """Return a dataset's contents, origin and licence as Markdown."""
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@source("dataset")
@dataclass(frozen=True, kw_only=True)
class BuiltIn(Source):
    """A built-in dataset: digits, mnist_2_5 (images), diabetes (a table) or temporal_order (generated sequences).

    Args:
        dataset: its name.
        classes: the labels to use, in order; default all.
    """

    example = "{dataset: digits}"

    dataset: Annotated[str, OneOf(dataset_names)]

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether a mapping has the key dataset."""
        return "dataset" in values

    @classmethod
    def meant_by(cls, name: str) -> str | None:
        """Return the mapping to suggest if a user wrote only a dataset's name; None for other names."""
        return f"{{dataset: {name}}}" if name in dataset_names() else None

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """Return the name as the field `dataset`."""
        return {"dataset": path}

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Report an unknown name."""
        yield from super().conflicts()
        if self.dataset not in dataset_names():
            yield "dataset", f"unknown dataset {self.dataset!r}{suggestion(self.dataset, dataset_names())}"

    def read(self, *, targets: bool = True) -> Rows:
        """Read the dataset."""
        arrays, files = _arrays(self.dataset)
        features = arrays.get("feature_names")
        return Rows(
            inputs=arrays["inputs"],
            targets=arrays["targets"] if targets else None,
            name=self.dataset,
            where=array_place(self.dataset),
            origin=np.arange(len(arrays["inputs"])),
            target_names=tuple(str(name) for name in arrays.get("target_names", ("label",))),
            feature_names=None if features is None else tuple(str(name) for name in features),
            files=files,
            symbols=int(arrays["symbols"]) if "symbols" in arrays else None,
        )


def _arrays(name: str) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Return (arrays, files that were read) of a dataset; without a file, a module generates the arrays."""
    path = FOLDER / f"{name}.npz"
    if not path.exists():
        return import_module(f"nncli.data.datasets.{name}").arrays(), ()
    with np.load(path, allow_pickle=False) as archive:
        names = set(archive.files)
    wanted = ["inputs", "targets", *sorted(names & {"feature_names", "target_names"})]
    return dict(zip(wanted, load_npz(str(path), wanted), strict=True)), (str(path),)
