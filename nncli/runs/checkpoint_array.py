"""Describe arrays as in meta.json, and make the headers of their .npy files."""

from __future__ import annotations

import io
import math
import re
from hashlib import sha256
from typing import Any

import numpy as np

from nncli.core.types import Array, Shape

DTYPE = re.compile(r"[<>|][biufcUS]\d{1,9}")  # numbers and text, but no Python objects


def describe_array(array: Array) -> dict[str, Any]:
    """Return the shape, dtype and checksum of an array in the form of meta.json."""
    return {"shape": list(array.shape), "dtype": array.dtype.str, "sha256": _checksum(array)}


def described_form(described: dict[str, Any]) -> tuple[Shape, np.dtype[Any]]:
    """Return the shape and the dtype that meta.json gives for an array.

    Raises:
        LookupError: if the shape or the dtype is missing.
        ValueError: if the shape or the dtype is not valid.
    """
    shape, dtype = described["shape"], described["dtype"]
    if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("its shape is not valid")
    if not isinstance(dtype, str) or not DTYPE.fullmatch(dtype):
        raise ValueError("its dtype is not valid for numbers or text")
    return tuple(shape), np.dtype(dtype)


def npy_header(shape: Shape, dtype: np.dtype[Any]) -> tuple[bytes, int]:
    """Return (the header of the .npy file of such an array, the number of bytes after it)."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype.str, "fortran_order": False, "shape": shape})
    return stream.getvalue(), math.prod(shape) * dtype.itemsize


def _checksum(array: Array) -> str:
    return sha256(array.data if array.size else b"").hexdigest()
