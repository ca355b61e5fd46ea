"""Images in folders, or named by a table."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge

from nncli.core.archives import UNREADABLE, reason
from nncli.core.errors import DataError, MissingExtraError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.file_endings import IMAGE_ENDINGS, is_image, is_table
from nncli.data.files import check_unpacked, missing, natural_order
from nncli.data.rows import Glance, Rows, Unread, spread
from nncli.data.source import Names, Source, source
from nncli.data.tables.read import read_table
from nncli.data.tables.table import Wanted
from nncli.data.tables.targets import names_of, target_columns, twice
from nncli.data.tables.texts import encoded
from nncli.data.weights import with_weights

MANY, FEW = 1000, 200  # above so many images only a few are looked at before all are read
FORMATS = ("PNG", "JPEG", "BMP")  # whatever a file is named; others may be programs to run
PIXEL_BYTES = 4  # of memory that Pillow takes
PIL_MODES = {"grey": "L", "rgb": "RGB"}

Pixels = Annotated[int, Ge(1)]


@source("images")
@dataclass(frozen=True, kw_only=True)
class Images(Source):
    """PNG, JPEG or BMP images: a folder with one sub-folder a class, or a table that names files and labels.

    For prediction also a flat folder or one file.

    Shape: inputs (n, height, width, channels) of 0 to 255, 1 channel for grey and 3 for RGB
    Args:
        path: the folder, or the table (.csv, .tsv); relative to the config, or to the working directory on the command
            line.
        images: the table's column of file names, relative to its folder.
        targets: the table's column of labels or numbers, or a list of them.
        weights: the table's column that says how much every row counts in loss and metrics.
        groups: the table's column of group names, none of which is split between training, validation and test.
        mode: grey or rgb; default as the first image is.
        resize: [height, width] that every image is brought to, by averaging or interpolating linearly; default as they
            are.
        broken: what to do with a file that is no whole image: error, or skip, with a note of how many.
        classes: which sub-folders or labels to use and in what order; default all.
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
        """Columns of a table where there is none."""
        yield from super().conflicts()
        for key in ("targets", "weights", "groups"):
            if self.images is None and getattr(self, key) is not None:
                yield key, f"goes with a table of file names: write images: COLUMN, or drop {key}"
        for name in twice(names_of(self.targets)):
            yield "targets", f"the column {name!r} stands there twice"

    @property
    def only_labels(self) -> bool:  # type: ignore[override]  # a class's own for sources that are always alike
        """Folders are classes; what a table says may be numbers."""
        return self.images is None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """A path that is a folder or looks like one, one image, or a table beside images: COLUMN."""
        path = values.get("path")
        if not isinstance(path, str) or path in ("", "-"):
            return False
        listed = is_table(path)
        if listed or "images" in values:
            return listed and "images" in values
        ending = os.path.splitext(path)[1]
        return os.path.isdir(path) or is_image(path) or (not ending and not os.path.exists(path))

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The path."""
        return ("path",)

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """The path; what a table's columns are, where it is one."""
        columns = {"images": None, "targets": None, "weights": None, "groups": None}
        return {"path": path} if is_table(path) else {"path": path, **columns}

    def glance(self, count: int) -> Glance | None:
        """The names of all images, and some of the images themselves."""
        if self.broken == "skip" or not os.path.exists(self.path):
            return None
        found = self._found(targets=True)
        if len(found.inputs) <= MANY:
            return None
        some = found.take(spread(len(found), min(count, FEW)))
        images, _ = self._load([found.where(int(index)) for index in some.origin])
        return Glance(found, replace(some, inputs=images))

    def read(self, *, targets: bool = True) -> Rows:
        """The images, and the names of their folders or what the table says as targets."""
        if not os.path.exists(self.path):
            raise missing(self.path)
        found = self._found(targets=targets)
        images, whole = self._load([found.where(row) for row in range(len(found))])
        if len(whole) == len(found):
            return replace(found, inputs=images)
        skipped = sorted({*range(len(found))} - {*whole.tolist()})
        shown = ", ".join(found.where(row) for row in skipped[:3]) + (", ..." if len(skipped) > 3 else "")
        what = "1 broken image is" if len(skipped) == 1 else f"{len(skipped)} broken images are"
        gone = {found.where(row) for row in skipped}
        files = tuple(file for file in found.files if file not in gone)
        return replace(found.take(whole), inputs=images, files=files, notes=(*found.notes, f"{what} skipped: {shown}"))

    def _found(self, *, targets: bool) -> Rows:
        """The names of the images, without the images."""
        if self.images is not None:
            return self._listed(targets=targets)
        is_folder = os.path.isdir(self.path)
        folders = _subfolders(self.path) if is_folder else []
        loose = _image_files(self.path) if is_folder else [self.path]
        labels, left_out, notes = None, 0, []
        if targets:
            files, labels, left_out = self._labelled(folders, self.classes)
            if is_folder and loose:
                notes = [f"{len(loose)} images beside the sub-folders are left out, such as {loose[0]}"]
        else:
            files = loose + [file for name in folders for file in _image_files(os.path.join(self.path, name))]
        if not files:
            raise DataError(f"{self.path}: no images; looked for {', '.join(IMAGE_ENDINGS)}")
        rows = self._rows(files, self.path if is_folder else os.path.dirname(self.path), tuple(files))
        named = None if labels is None else encoded(labels)
        return replace(rows, targets=named, left_out=left_out, notes=tuple(notes))

    def _rows(self, files: list[str], base: str, read: tuple[str, ...]) -> Rows:
        return Rows(
            inputs=Unread(len(files)),
            targets=None,
            name=self.path,
            where=lambda row: files[row],
            origin=np.arange(len(files)),
            target_names=("label",),
            row_names=tuple(os.path.relpath(file, base or ".") for file in files),
            files=read,
        )

    def _listed(self, *, targets: bool) -> Rows:
        assert self.images is not None
        learnt = names_of(self.targets)
        named = [*learnt, *([self.groups] if self.groups else [])]
        table = read_table(self.path, Wanted(texts=(self.images,), labels=named))
        table.cells(self.images, "images")
        folder = os.path.dirname(self.path)
        names = table.texts(self.images).tolist()
        for row, name in enumerate(names):
            if not name:
                raise DataError(f"{table.place(row)}: column {self.images!r} is blank; name an image there")
        files = [os.path.join(folder, name) for name in names]
        for row, file in enumerate(files):
            if not os.path.exists(file) and self.broken == "error":
                raise DataError(f"{table.place(row)}: no such image: {file}")
        rows = self._rows(files, folder, (self.path, *files))
        if not targets:
            return rows
        rows = replace(
            rows,
            targets=target_columns(table, learnt),
            groups=table.groups(self.groups),
            target_names=learnt,
            where_target=lambda row, *_: table.place(row),
        )
        return with_weights(rows, table, self.weights)

    def _labelled(self, folders: list[str], classes: tuple[str, ...] | None) -> tuple[list[str], list[str], int]:
        """(files, their labels, how many were left out) of the folders that are classes; of all without classes."""
        if not folders:
            raise DataError(f"{self.path}: expected one sub-folder of images a class; found no folder in it")
        wanted = folders if classes is None else [name for name in classes if name in folders]
        if classes is not None and not wanted:
            hint = suggestion(classes[0], folders)
            raise DataError(f"{self.path}: no folder for the class {classes[0]!r}{hint}", key="classes")
        files, labels = [], []
        for name in wanted:
            inside = _image_files(os.path.join(self.path, name))
            if not inside:
                raise DataError(f"{os.path.join(self.path, name)}: no images; looked for {', '.join(IMAGE_ENDINGS)}")
            files += inside
            labels += [name] * len(inside)
        others = [name for name in folders if name not in wanted]
        return files, labels, sum(len(_image_files(os.path.join(self.path, name))) for name in others)

    def _load(self, files: list[str]) -> tuple[Array, Array]:
        """(the images, the numbers of the files that are whole)."""
        images: Array = np.empty(0, np.uint8)
        whole: list[int] = []
        mode: str | None = self.mode
        for number, file in enumerate(files):
            try:
                array, mode = self._one(file, mode)
            except _BrokenError as error:
                if self.broken == "error":
                    raise DataError(f"{error}; mend it, or write broken: skip") from None
                continue
            if not whole:
                images = np.empty((len(files), *array.shape), np.uint8)
            elif array.shape[:2] != images.shape[1:3]:
                (height, width), (h, w) = array.shape[:2], images.shape[1:3]
                mending = f"bring all to one size with resize: [{h}, {w}]"
                raise DataError(f"{file}: {height}x{width} pixels, but {files[whole[0]]} has {h}x{w}; {mending}")
            images[len(whole)] = array
            whole.append(number)
        if not whole:
            raise DataError(f"{self.path}: no whole image; all {len(files)} are broken")
        images = images[: len(whole)]
        return images[..., np.newaxis] if images.ndim == 3 else images, np.array(whole)

    def _one(self, file: str, mode: str | None) -> tuple[Array, str]:
        """(one image, its mode, which is that of all)."""
        try:
            from PIL import Image, UnidentifiedImageError
        except ImportError:
            raise MissingExtraError(
                "reading images needs Pillow: pip install 'nncli-train[images]', or pip install pillow"
            ) from None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                image = Image.open(file, formats=FORMATS)
            with image:
                check_unpacked(file, "it", math.prod(image.size) * PIXEL_BYTES, os.path.getsize(file))
                if image.mode.startswith(("I", "F")):
                    raise DataError(f"{file}: more than 8 bits a pixel ({image.mode}); convert it to 8 bits")
                own = "grey" if image.mode in ("1", "L", "LA") else "rgb"
                if self.mode is None and mode is not None and own != mode:
                    kinds = {"grey": "grey", "rgb": "in colour"}
                    problem = f"{kinds[own]}, but the images before are {kinds[mode]}"
                    raise DataError(f"{file}: {problem}; say mode: grey or rgb")
                mode = mode or own
                pixels: Image.Image = image if image.mode == PIL_MODES[mode] else image.convert(PIL_MODES[mode])
                if self.resize is not None and pixels.size != self.resize[::-1]:
                    pixels = pixels.resize(self.resize[::-1], Image.Resampling.BILINEAR)
                return np.asarray(pixels), mode
        except DataError:
            raise
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise DataError(f"{file}: larger than any image should be ({reason(error)})") from None
        except (UnidentifiedImageError, SyntaxError, *UNREADABLE) as error:
            raise _BrokenError(f"{file}: not a whole image ({reason(error)})") from None


class _BrokenError(Exception):
    """A file is no whole image."""


def _subfolders(path: str) -> list[str]:
    names = [entry.name for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith(".")]
    return sorted(names, key=natural_order)


def _image_files(path: str) -> list[str]:
    names = [name for name in os.listdir(path) if is_image(name) and not name.startswith(".")]
    return [os.path.join(path, name) for name in sorted(names, key=natural_order)]
