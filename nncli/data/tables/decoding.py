"""Bytes as UTF-8 text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from nncli.core.errors import DataError


@contextmanager
def decoded(file: BinaryIO, name: str) -> Iterator[TextIO]:
    """A file as text.

    Raises:
        DataError: where it is no UTF-8.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield text
        text.detach()
    except UnicodeDecodeError as error:
        raise not_text(name, error) from None


def not_text(name: str, error: UnicodeDecodeError) -> DataError:
    """The error for what is no UTF-8."""
    what = bytes(error.object[error.start : error.start + 1]).hex()
    return DataError(f"{name}: not UTF-8 text (byte 0x{what}: {error.reason}); convert it: iconv -f LATIN1 -t UTF-8")


def text_of(cell: bytes, name: str) -> str:
    """A cell as text.

    Raises:
        DataError: where it is no UTF-8.
    """
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_text(name, error) from None
