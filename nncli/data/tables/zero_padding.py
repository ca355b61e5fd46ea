"""Find columns of zero-padded numbers such as 007, which may be codes."""

from __future__ import annotations

from nncli.data.tables.field_splitting import split_fields


def zero_padded_columns(block: bytes, width: int, separator: int) -> list[int]:
    """Return the columns in which a number has leading zeros.

    Args:
        block: lines; the last one may have no line break.
        width: number of fields in a line.
        separator: the character between fields.
    """
    lines = block if block.endswith(b"\n") else block + b"\n"
    fields = split_fields(lines, width, separator)
    if fields is None:
        return []
    return [column for column in range(width) if fields.has_leading_zero(column, width).any()]
