"""Detect the separator of a CSV file: comma, semicolon or tab."""

from __future__ import annotations

from nncli.data.file_endings import is_tab_separated

SEPARATORS = ",;\t"


def detect_separator(header_line: str, path: str) -> str:
    """Return tab for a .tsv file, otherwise the separator that occurs most often in the header line.

    Args:
        header_line: the first line of the file.
        path: path of the file.
    """
    return "\t" if is_tab_separated(path) else max(SEPARATORS, key=header_line.count)
