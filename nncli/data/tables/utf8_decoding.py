"""Decode bytes as UTF-8 text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from nncli.core.errors import DataError


@contextmanager
def decoded_file(file: BinaryIO, name: str) -> Iterator[TextIO]:
    """Open a binary file as text.

    Raises:
        DataError: if it is not UTF-8.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield text
        text.detach()
    except UnicodeDecodeError as error:
        raise decoding_error(name, error) from None


def decode_cell(cell: bytes, name: str) -> str:
    """Return a cell as text.

    Raises:
        DataError: if it is not UTF-8.
    """
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError as error:
        raise decoding_error(name, error) from None


def decoding_error(name: str, error: UnicodeDecodeError) -> DataError:
    """Return the error for bytes that are not UTF-8."""
    what = bytes(error.object[error.start : error.start + 1]).hex()
    return DataError(f"{name}: not UTF-8 text (byte 0x{what}: {error.reason}); convert it: iconv -f LATIN1 -t UTF-8")
