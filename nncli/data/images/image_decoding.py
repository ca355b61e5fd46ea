"""Decode image files with Pillow."""

from __future__ import annotations

import math
import os
import warnings
from typing import Literal, TypeAlias

import numpy as np

from nncli.core.errors import DataError, MissingExtraError
from nncli.core.types import Array
from nncli.core.untrusted_files import READ_ERRORS, summarize_error
from nncli.data.files.decompression import check_decompressed_size

Mode: TypeAlias = Literal["grey", "rgb"]
FORMATS = ("PNG", "JPEG", "BMP")  # the only formats that are decoded; for some others Pillow runs external programs
BYTES_PER_PIXEL = 4  # memory that Pillow needs
PILLOW_MODES = {"grey": "L", "rgb": "RGB"}
GREY_PILLOW_MODES = ("1", "L", "LA")


class BrokenImageError(Exception):
    """A file is not a valid image."""


def decode_image(
    file: str, mode: Mode | None, expected: Mode | None, size: tuple[int, int] | None
) -> tuple[Array, Mode]:
    """Decode one image.

    Args:
        file: path of the image.
        mode: mode to convert to; None keeps the image's own mode.
        expected: mode of the previous images, which the image must have if `mode` is None; None for the first image.
        size: (height, width) to resize to; None keeps the image's own size.

    Returns:
        (pixels, mode), where the pixels are an array of bytes, (height, width) or (height, width, 3).

    Raises:
        BrokenImageError: if it is not a valid image.
        DataError: if it is too large, has more than 8 bits per pixel, or has another mode than the previous images.
        MissingExtraError: if Pillow is not installed.
    """
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
            check_decompressed_size(file, "it", math.prod(image.size) * BYTES_PER_PIXEL, os.path.getsize(file))
            if image.mode.startswith(("I", "F")):
                raise DataError(f"{file}: more than 8 bits per pixel ({image.mode}); convert it to 8 bits")
            own: Mode = "grey" if image.mode in GREY_PILLOW_MODES else "rgb"
            if mode is None and expected is not None and own != expected:
                kinds = {"grey": "grey", "rgb": "in colour"}
                problem = f"{kinds[own]}, but the previous images are {kinds[expected]}"
                raise DataError(f"{file}: {problem}; convert all with mode: grey or mode: rgb")
            chosen = mode or own
            pixels: Image.Image = image if image.mode == PILLOW_MODES[chosen] else image.convert(PILLOW_MODES[chosen])
            if size is not None and pixels.size != size[::-1]:
                pixels = pixels.resize(size[::-1], Image.Resampling.BILINEAR)
            return np.asarray(pixels), chosen
    except DataError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise DataError(f"{file}: too many pixels for an image ({summarize_error(error)})") from None
    except (UnidentifiedImageError, SyntaxError, *READ_ERRORS) as error:
        raise BrokenImageError(f"{file}: not a valid image ({summarize_error(error)})") from None
