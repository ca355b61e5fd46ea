"""Load images of one size into one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.images.image_decoding import BrokenImageError, Mode, decode_image


def load_images(
    files: Sequence[str],
    source: str,
    *,
    mode: Mode | None,
    size: tuple[int, int] | None,
    broken: Literal["error", "skip"],
) -> tuple[Array, Array]:
    """Load image files.

    Args:
        files: paths of the images.
        source: folder or table of the images, for messages.
        mode: grey or rgb; None for the mode of the first image.
        size: (height, width) of all images; None for the size of the first image.
        broken: whether a broken image is an error or is skipped.

    Returns:
        (images (n, height, width, channels) of bytes, indices (n,) into `files` of the images that are not broken).

    Raises:
        DataError: if sizes or modes differ, if an image is broken and `broken` is error, or if all are broken.
    """
    images: Array = np.empty(0, np.uint8)
    loaded: list[int] = []
    expected = mode
    for index, file in enumerate(files):
        try:
            image, expected = decode_image(file, mode, expected, size)
        except BrokenImageError as error:
            if broken == "error":
                raise DataError(f"{error}; replace the file, or write 'broken: skip' to leave it out") from None
            continue
        if not loaded:
            images = np.empty((len(files), *image.shape), np.uint8)
        elif image.shape[:2] != images.shape[1:3]:
            (height, width), (h, w) = image.shape[:2], images.shape[1:3]
            remedy = f"resize all images with resize: [{h}, {w}]"
            raise DataError(f"{file}: {height}x{width} pixels, but {files[loaded[0]]} has {h}x{w}; {remedy}")
        images[len(loaded)] = image
        loaded.append(index)
    if not loaded:
        raise DataError(f"{source}: no readable image; all {len(files)} are broken")
    images = images[: len(loaded)]
    return images[..., np.newaxis] if images.ndim == 3 else images, np.array(loaded)
