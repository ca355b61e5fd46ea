"""Images in folders, or listed in a table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.arrays.row_sampling import evenly_spaced
from nncli.data.file_endings import is_image, is_table
from nncli.data.files.opening import file_not_found
from nncli.data.images.image_folders import image_files, labelled_files, no_images, subfolders
from nncli.data.images.image_loading import load_images
from nncli.data.rows import NotLoaded, Preview, Rows
from nncli.data.source import Names, Source, source
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.read_table import read_table
from nncli.data.tables.target_columns import duplicates, select_targets, target_names
from nncli.data.tables.text_column import factorize
from nncli.data.weights.sample_weights import add_weights

MIN_PREVIEW_IMAGES = 1000  # with more images than this, a preview loads only some of them
MAX_PREVIEWED_IMAGES = 200
MAX_SHOWN_FILES = 3  # number of files that a note about skipped images lists

Pixels = Annotated[int, Ge(1)]


@source("images")
@dataclass(frozen=True, kw_only=True)
class Images(Source):
    """PNG, JPEG or BMP images: a folder with one sub-folder per class, or a table of file names and labels.

    For prediction, the path can also be a folder without sub-folders, or one file.

    Shape: inputs (n, height, width, channels) of 0 to 255, 1 channel for grey and 3 for RGB
    Args:
        path: the folder, or the table (.csv, .tsv, .parquet); in a config, relative to the config; on the command line,
            relative to the working directory.
        images: the table's column of file names, relative to the table's folder.
        targets: the table's column of labels or numbers, or a list of them.
        weights: the table's column with the weight of every row in loss and metrics.
        groups: the table's column with the group of every row; no group is split between training, validation and test.
        mode: grey or rgb; default the mode of the first image.
        resize: [height, width] of all images, by averaging or linear interpolation; default their own size.
        broken: whether a file that is not a valid image is an error, or is skipped with a note.
        classes: the sub-folders or labels to use, in order; default all.
    """

    example = "{path: folder/}, or {path: labels.csv, images: file, targets: label}"

    path: str
    images: str | None = None
    targets: str | Names | None = None
    weights: str | None = None
    groups: str | None = None
    mode: Literal["grey", "rgb"] | None = None
    resize: tuple[Pixels, Pixels] | None = None
    broken: Literal["error", "skip"] = "error"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Report columns without a table, and columns that are listed twice."""
        yield from super().conflicts()
        for key in ("targets", "weights", "groups"):
            if self.images is None and getattr(self, key) is not None:
                yield key, f"applies only to a table of file names: write images: COLUMN, or drop {key}"
        for name in duplicates(target_names(self.targets)):
            yield "targets", f"the column {name!r} is listed twice"

    @property
    def only_labels(self) -> bool:  # type: ignore[override]  # other sources have a class variable
        """Whether the targets are always labels: folder names are, but columns of a table may be numbers."""
        return self.images is None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether the path is an image, is or looks like a folder, or is a table and the key images is present."""
        path = values.get("path")
        if not isinstance(path, str) or path in ("", "-"):
            return False
        if is_table(path) or "images" in values:
            return is_table(path) and "images" in values
        has_ending = os.path.splitext(path)[1] != ""
        return os.path.isdir(path) or is_image(path) or (not has_ending and not os.path.exists(path))

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the path."""
        return ("path",)

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """Return the path; the columns of the training source apply only to a table."""
        no_columns = {"images": None, "targets": None, "weights": None, "groups": None}
        return {"path": path} if is_table(path) else {"path": path, **no_columns}

    def read(self, *, targets: bool = True) -> Rows:
        """Read the images; the targets are the names of their folders, or columns of the table."""
        if not os.path.exists(self.path):
            raise file_not_found(self.path)
        listed = self._list(targets=targets)
        images, loaded = self._load([listed.where(row) for row in range(len(listed))])
        if len(loaded) == len(listed):
            return replace(listed, inputs=images)
        skipped = [listed.where(row) for row in sorted({*range(len(listed))} - {*loaded.tolist()})]
        shown = ", ".join(skipped[:MAX_SHOWN_FILES]) + (", ..." if len(skipped) > MAX_SHOWN_FILES else "")
        what = "1 broken image is" if len(skipped) == 1 else f"{len(skipped)} broken images are"
        absent = set(skipped)
        files = tuple(file for file in listed.files if file not in absent)
        notes = (*listed.notes, f"{what} skipped: {shown}")
        return replace(listed.take(loaded), inputs=images, files=files, notes=notes)

    def preview(self, count: int) -> Preview | None:
        """List all images, and load some of them."""
        if self.broken == "skip" or not os.path.exists(self.path):
            return None
        listed = self._list(targets=True)
        if len(listed.inputs) <= MIN_PREVIEW_IMAGES:
            return None
        some = listed.take(evenly_spaced(len(listed), min(count, MAX_PREVIEWED_IMAGES)))
        images, _ = self._load([listed.where(int(index)) for index in some.origin])
        return Preview(listed, replace(some, inputs=images))

    def _load(self, files: list[str]) -> tuple[Array, Array]:
        return load_images(files, self.path, mode=self.mode, size=self.resize, broken=self.broken)

    def _list(self, *, targets: bool) -> Rows:
        """Return the rows without loading their images."""
        return self._list_folder(targets=targets) if self.images is None else self._list_table(targets=targets)

    def _list_folder(self, *, targets: bool) -> Rows:
        is_folder = os.path.isdir(self.path)
        folders = subfolders(self.path) if is_folder else []
        loose = image_files(self.path) if is_folder else [self.path]
        labels, dropped, notes = None, 0, []
        if targets:
            labelled = labelled_files(self.path, folders, self.classes)
            files, labels, dropped = labelled.files, factorize(labelled.labels), labelled.dropped
            if is_folder and loose:
                notes = [f"{len(loose)} images beside the sub-folders are left out, such as {loose[0]}"]
        else:
            files = loose + [file for name in folders for file in image_files(os.path.join(self.path, name))]
        if not files:
            raise no_images(self.path)
        rows = self._rows(files, self.path if is_folder else os.path.dirname(self.path), tuple(files))
        return replace(rows, targets=labels, dropped=dropped, notes=tuple(notes))

    def _list_table(self, *, targets: bool) -> Rows:
        assert self.images is not None
        target_columns = target_names(self.targets)
        label_columns = [*target_columns, *([self.groups] if self.groups else [])]
        table = read_table(self.path, ReadOptions(text_columns=(self.images,), label_columns=label_columns))
        table.column(self.images, "images")
        folder = os.path.dirname(self.path)
        names = table.texts(self.images).tolist()
        for row, name in enumerate(names):
            if not name:
                raise DataError(f"{table.place(row)}: column {self.images!r} is blank; expected an image's file name")
        files = [os.path.join(folder, name) for name in names]
        for row, file in enumerate(files):
            if not os.path.exists(file) and self.broken == "error":
                raise DataError(f"{table.place(row)}: no such image: {file}")
        rows = self._rows(files, folder, (self.path, *files))
        if not targets:
            return rows
        rows = replace(
            rows,
            targets=select_targets(table, target_columns),
            groups=table.groups(self.groups),
            target_names=target_columns,
            where_target=lambda row, *_: table.place(row),
        )
        return add_weights(rows, table, self.weights)

    def _rows(self, files: list[str], base: str, read: tuple[str, ...]) -> Rows:
        return Rows(
            inputs=NotLoaded(len(files)),
            targets=None,
            name=self.path,
            where=lambda row: files[row],
            origin=np.arange(len(files)),
            target_names=("label",),
            row_names=tuple(os.path.relpath(file, base or ".") for file in files),
            files=read,
        )
