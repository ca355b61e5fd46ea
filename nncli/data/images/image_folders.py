"""Find image files in folders; the name of a sub-folder is the label of its images."""

from __future__ import annotations

import os
from dataclasses import dataclass

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.data.file_endings import IMAGE_ENDINGS, is_image
from nncli.data.files.file_names import natural_order


@dataclass(frozen=True)
class LabelledFiles:
    """Image files with their labels.

    Args:
        files: the images.
        labels: the name of every image's folder.
        dropped: number of images in folders that are not among the chosen classes.
    """

    files: list[str]
    labels: list[str]
    dropped: int


def subfolders(path: str) -> list[str]:
    """Return the names of the folders in a folder, in natural order."""
    names = [entry.name for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith(".")]
    return sorted(names, key=natural_order)


def image_files(path: str) -> list[str]:
    """Return the image files in a folder, in natural order."""
    names = [name for name in os.listdir(path) if is_image(name) and not name.startswith(".")]
    return [os.path.join(path, name) for name in sorted(names, key=natural_order)]


def labelled_files(path: str, folders: list[str], classes: tuple[str, ...] | None) -> LabelledFiles:
    """Return the images in the sub-folders of the chosen classes.

    Args:
        path: path of the folder.
        folders: names of its sub-folders.
        classes: the chosen classes; None for all sub-folders.

    Raises:
        DataError: if there are no sub-folders, none has the name of a class, or a class's sub-folder has no images.
    """
    if not folders:
        raise DataError(f"{path}: expected one sub-folder of images per class; found no folder in it")
    wanted = folders if classes is None else [name for name in classes if name in folders]
    if classes is not None and not wanted:
        hint = suggestion(classes[0], folders)
        raise DataError(f"{path}: no folder for the class {classes[0]!r}{hint}", key="classes")
    files, labels = [], []
    for name in wanted:
        inside = image_files(os.path.join(path, name))
        if not inside:
            raise no_images(os.path.join(path, name))
        files += inside
        labels += [name] * len(inside)
    others = [name for name in folders if name not in wanted]
    return LabelledFiles(files, labels, sum(len(image_files(os.path.join(path, name))) for name in others))


def no_images(path: str) -> DataError:
    """Return the error for a folder without images."""
    return DataError(f"{path}: no images; looked for {', '.join(IMAGE_ENDINGS)}")
