"""The header of NumPy's own format."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from nncli.core.types import Array, Shape

LENGTHS = {(1, 0): 2, (2, 0): 4, (3, 0): 4}  # bytes that say how long the header is, by version
LARGEST_HEADER = 10_000  # bytes; NumPy parses no larger one either, but would read it
LARGEST = 1 << 60  # bytes of an array
OBJECTS = "it holds Python objects, or is of another format"


def read_header(file: IO[bytes]) -> tuple[Shape, bool, np.dtype[Any]]:
    """(shape, whether it is stored column by column, dtype), leaving the file at the first entry.

    Raises:
        ValueError, or another of `UNREADABLE`: where it is no header of an array of numbers or text.
    """
    version = np.lib.format.read_magic(file)
    if version not in LENGTHS:
        raise ValueError(f"version {version[0]}.{version[1]} of the format is not known")
    length = file.read(LENGTHS[version])
    size = int.from_bytes(length, "little")
    if size > LARGEST_HEADER:
        raise ValueError(f"its header is of {size:,} bytes")
    content = io.BytesIO(length + file.read(size))
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        with _quiet():
            shape, fortran, dtype = read(content)
    except (SyntaxError, TokenError, AttributeError, AssertionError) as error:
        raise ValueError(f"its header cannot be read: {error}") from None
    if dtype.hasobject:
        raise ValueError(OBJECTS)
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize > LARGEST:
        raise ValueError(f"its header says {shape}")
    return tuple(int(length) for length in shape), fortran, dtype


def read_array(file: IO[bytes]) -> Array:
    """The array of a file whose header is known to be sound.

    Raises:
        ValueError, or another of `UNREADABLE`: where it is not whole.
    """
    with _quiet():
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
    return array


@contextmanager
def _quiet() -> Iterator[None]:
    """Without NumPy's advice about how a file could be read faster."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
