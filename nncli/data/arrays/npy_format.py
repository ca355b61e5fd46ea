"""Read the header and the array of NumPy's .npy format."""

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

LENGTH_BYTES = {(1, 0): 2, (2, 0): 4, (3, 0): 4}  # format version: bytes of the header's length field
MAX_HEADER_BYTES = 10_000  # NumPy has the same limit, but reads the whole header before it checks the limit
MAX_ARRAY_BYTES = 1 << 60
HAS_OBJECTS = "it holds Python objects, or is of another format"


def read_header(file: IO[bytes]) -> tuple[Shape, bool, np.dtype[Any]]:
    """Read the header; the file is then positioned at the first entry of the array.

    Returns:
        (shape, whether entries are in Fortran order, dtype).

    Raises:
        ValueError, or another of `READ_ERRORS`: if it is not the header of an array of numbers or text.
    """
    magic = file.read(np.lib.format.MAGIC_LEN)
    if len(magic) < np.lib.format.MAGIC_LEN or not magic.startswith(np.lib.format.MAGIC_PREFIX):
        raise ValueError(HAS_OBJECTS)
    version = (magic[-2], magic[-1])
    if version not in LENGTH_BYTES:
        raise ValueError(f"version {version[0]}.{version[1]} of the format is not supported")
    length = file.read(LENGTH_BYTES[version])
    size = int.from_bytes(length, "little")
    if size > MAX_HEADER_BYTES:
        raise ValueError(f"its header is too long: {size:,} bytes")
    content = io.BytesIO(length + file.read(size))
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        with _no_warnings():
            shape, fortran, dtype = read(content)
    except (SyntaxError, TokenError, AttributeError, AssertionError) as error:
        raise ValueError(f"its header cannot be read: {error}") from None
    if dtype.hasobject:
        raise ValueError(HAS_OBJECTS)
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize > MAX_ARRAY_BYTES:
        raise ValueError(f"its header says {shape}, which is not a valid shape")
    return tuple(int(length) for length in shape), fortran, dtype


def read_array(file: IO[bytes]) -> Array:
    """Read an array whose header `read_header` has accepted.

    Raises:
        ValueError, or another of `READ_ERRORS`: if the array is incomplete.
    """
    with _no_warnings():
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
    return array


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Silence NumPy's advice about how a file could be read faster."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
