"""Format the pages of `nncli list`: a table of all kinds, a table of one kind, and a page for each name."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from nncli.cli.console import terminal_width
from nncli.cli.text_table import INDENT, format_table

if TYPE_CHECKING:
    from nncli.workflows.listing import Entry


def format_kinds(kinds: dict[str, list[Entry]]) -> list[str]:
    """Return a table of all kinds with their names."""
    rows = [[plural, ", ".join(entry.name for entry in entries)] for plural, entries in kinds.items()]
    return [
        *format_table(["kind", "names"], rows, width=terminal_width()),
        "",
        "nncli list KIND shows the names of one kind; nncli list KIND NAME shows the page of one name",
    ]


def format_entries(entries: list[Entry]) -> list[str]:
    """Return a table of the entries of one kind with their keys and summaries."""
    rows = []
    for entry in entries:
        keys = ", ".join(field.name for field in entry.fields)
        rows.append([", ".join((entry.name, *entry.aliases)), keys, entry.summary])
    if not any(keys for _, keys, _ in rows):
        without_keys = [[name, summary] for name, _, summary in rows]
        return format_table(["name", "description"], without_keys, width=terminal_width())
    return format_table(["name", "keys", "description"], rows, width=terminal_width(), wrapped=(0, 1, 2))


def format_pages(entries: list[Entry]) -> list[str]:
    """Return a page for each entry, with two blank lines between pages."""
    return [line for entry in entries for line in ("", "", *_format_page(entry))][2:]


def _format_page(entry: Entry) -> list[str]:
    if entry.text:
        return entry.text.rstrip().splitlines()
    docstring = entry.docstring
    also = f" (also {', '.join(entry.aliases)})" if entry.aliases else ""
    lines = [f"{entry.name}{also}: {entry.kind}", "", docstring.summary]
    if docstring.body:
        lines += ["", *(f"{INDENT}{line}".rstrip() for line in docstring.body.splitlines())]
    if entry.fields:
        header = ["key", "expected", "default", "meaning"]
        rows = [[field.name, field.expected, field.default_text or "(required)", field.text] for field in entry.fields]
        lines += ["", *format_table(header, rows, width=terminal_width(), wrapped=(1, 3))]
    for title, text in docstring.sections.items():
        if title != "Raises":  # Raises is for readers of the code only
            lines += ["", *wrap(f"{title}: {text}", terminal_width(), subsequent_indent=INDENT)]
    if entry.example:
        lines += ["", f"In a config: {entry.example}"]
    return lines
