"""Folders of images."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from nncli.core.errors import DataError, MissingExtraError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.files import missing, natural_order
from nncli.data.rows import Glance, Rows, Unread, spread
from nncli.data.source import Source, source

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp")
MANY, FEW = 1000, 200  # above so many images only a few are looked at before all are read


@source("images")
@dataclass(frozen=True, kw_only=True)
class Images(Source):
    """A folder with one sub-folder of PNG, JPEG or BMP images a class; for prediction also a flat folder or one file.

    Shape: inputs (n, height, width, channels) of 0 to 255, 1 channel for grey and 3 for RGB
    Args:
        path: the folder; relative to the config, or to the working directory on the command line.
        mode: grey or rgb; default as the first image is.
        classes: which sub-folders to use and in what order; default all.
    """

    example = "{path: folder/}"

    only_labels = True

    path: str
    mode: Literal["grey", "rgb"] | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """A path that is a folder or looks like one, or one image."""
        path = values.get("path")
        if not isinstance(path, str) or path in ("", "-"):
            return False
        ending = os.path.splitext(path)[1].lower()
        return os.path.isdir(path) or ending in ENDINGS or (not ending and not os.path.exists(path))

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The path."""
        return ("path",)

    def glance(self, count: int) -> Glance | None:
        """The names of all images, and some of the images themselves."""
        if not os.path.isdir(self.path):
            return None
        files, labels, left_out = self._labelled(_subfolders(self.path))
        if len(files) <= MANY:
            return None
        rows = self._rows(files, np.array(labels, dtype=np.str_), left_out, read=False)
        some = rows.take(spread(len(files), min(count, FEW)))
        return Glance(rows, replace(some, inputs=self._load([files[index] for index in some.origin])))

    def read(self, *, targets: bool = True) -> Rows:
        """The images, and the names of their folders as labels."""
        if not os.path.exists(self.path):
            raise missing(self.path)
        folders = _subfolders(self.path) if os.path.isdir(self.path) else []
        if not targets and (os.path.isfile(self.path) or not folders or _image_files(self.path)):
            files = [self.path] if os.path.isfile(self.path) else _image_files(self.path)
            labels, left_out = None, 0
        else:
            files, labels, left_out = self._labelled(folders)
        if not files:
            raise DataError(f"{self.path}: no images; looked for {', '.join(ENDINGS)}")
        return self._rows(files, None if labels is None or not targets else np.array(labels, dtype=np.str_), left_out)

    def _rows(self, files: list[str], targets: Array | None, left_out: int, *, read: bool = True) -> Rows:
        base = self.path if os.path.isdir(self.path) else os.path.dirname(self.path)
        return Rows(
            inputs=self._load(files) if read else Unread(len(files)),
            targets=targets,
            name=self.path,
            where=lambda row: files[row],
            origin=np.arange(len(files)),
            target_names=("label",),
            row_names=tuple(os.path.relpath(file, base or ".") for file in files),
            files=tuple(files),
            left_out=left_out,
        )

    def _labelled(self, folders: list[str]) -> tuple[list[str], list[str], int]:
        if not folders:
            raise DataError(f"{self.path}: expected one sub-folder of images a class; found no folder in it")
        wanted = folders if self.classes is None else [name for name in self.classes if name in folders]
        if self.classes is not None and not wanted:
            hint = suggestion(self.classes[0], folders)
            raise DataError(f"{self.path}: no folder for the class {self.classes[0]!r}{hint}", key="classes")
        files, labels = [], []
        for name in wanted:
            inside = _image_files(os.path.join(self.path, name))
            if not inside:
                raise DataError(f"{os.path.join(self.path, name)}: no images; looked for {', '.join(ENDINGS)}")
            files += inside
            labels += [name] * len(inside)
        others = [name for name in folders if self.classes is not None and name not in self.classes]
        return files, labels, sum(len(_image_files(os.path.join(self.path, name))) for name in others)

    def _load(self, files: list[str]) -> Array:
        try:
            from PIL import Image, UnidentifiedImageError
        except ImportError:
            raise MissingExtraError("reading images needs Pillow: pip install pillow") from None
        arrays: list[Array] = []
        mode = {"grey": "L", "rgb": "RGB", None: None}[self.mode]
        for file in files:
            try:
                with Image.open(file) as image:
                    if image.mode.startswith(("I", "F")):
                        raise DataError(f"{file}: more than 8 bits a pixel ({image.mode}); convert it to 8 bits")
                    own = "L" if image.mode in ("1", "L", "LA") else "RGB"
                    mode = mode or own
                    if self.mode is None and own != mode:
                        kinds = ("grey", "in colour") if mode == "L" else ("in colour", "grey")
                        problem = f"{kinds[1]}, but the images before are {kinds[0]}"
                        raise DataError(f"{file}: {problem}; say mode: grey or rgb")
                    array = np.asarray(image.convert(mode))
            except (UnidentifiedImageError, OSError, SyntaxError) as error:
                raise DataError(f"{file}: not a whole image ({error})") from None
            if arrays and array.shape[:2] != arrays[0].shape[:2]:
                (height, width), (h, w) = array.shape[:2], arrays[0].shape[:2]
                raise DataError(f"{file}: {height}x{width} pixels, but {files[0]} has {h}x{w}")
            arrays.append(array)
        images = np.stack(arrays)
        return images[..., np.newaxis] if images.ndim == 3 else images


def _subfolders(path: str) -> list[str]:
    names = [entry.name for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith(".")]
    return sorted(names, key=natural_order)


def _image_files(path: str) -> list[str]:
    names = [name for name in os.listdir(path) if name.lower().endswith(ENDINGS) and not name.startswith(".")]
    return [os.path.join(path, name) for name in sorted(names, key=natural_order)]
