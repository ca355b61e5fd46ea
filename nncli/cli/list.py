"""nncli list."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from nncli.cli.console import print_result, terminal_width
from nncli.cli.options import PluginOption
from nncli.cli.plugin_option import load_plugins
from nncli.cli.text_table import format_table

if TYPE_CHECKING:
    from nncli.workflows.listing import Entry

INDENT = "  "


def list_(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="layers, losses, optimizers, ...; or the name of one thing.")
    ] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of that kind, such as dense.")] = None,
    plugins: PluginOption = None,
) -> None:
    """List what a config can name: layers, activations, losses, optimizers, sources, datasets and more."""
    from nncli.core.errors import UserError
    from nncli.workflows import listing

    load_plugins(plugins)
    if kind is None:
        lines = _kinds(listing.kinds())
    elif name is not None:
        lines = _pages(listing.named(name, kind))
    else:
        try:
            lines = _entries(listing.of_kind(kind))
        except UserError:
            lines = _pages(listing.named(kind))
    for line in lines:
        print_result(line)


def _kinds(kinds: dict[str, list[Entry]]) -> list[str]:
    rows = [[plural, ", ".join(entry.name for entry in entries)] for plural, entries in kinds.items()]
    return [
        *format_table(["kind", "names"], rows, width=terminal_width()),
        "",
        "nncli list KIND shows one kind, nncli list KIND NAME one of it",
    ]


def _entries(entries: list[Entry]) -> list[str]:
    rows = []
    for entry in entries:
        keys = ", ".join(field.name for field in entry.fields)
        rows.append([", ".join((entry.name, *entry.aliases)), keys, entry.summary])
    if not any(keys for _, keys, _ in rows):
        return format_table(
            ["name", "what it is"], [[name, summary] for name, _, summary in rows], width=terminal_width()
        )
    return format_table(["name", "keys", "what it is"], rows, width=terminal_width(), wrapped=(0, 1, 2))


def _pages(entries: list[Entry]) -> list[str]:
    return [line for entry in entries for line in ("", "", *_page(entry))][2:]


def _page(entry: Entry) -> list[str]:
    if entry.text:
        return entry.text.rstrip().splitlines()
    docstring = entry.docstring
    also = f" (also {', '.join(entry.aliases)})" if entry.aliases else ""
    lines = [f"{entry.name}{also}: {entry.kind}", "", docstring.summary]
    if docstring.body:
        lines += ["", *(f"{INDENT}{line}".rstrip() for line in docstring.body.splitlines())]
    if entry.fields:
        rows = [[field.name, field.expected, field.default_text or "(required)", field.text] for field in entry.fields]
        lines += [
            "",
            *format_table(["key", "expected", "default", "meaning"], rows, width=terminal_width(), wrapped=(1, 3)),
        ]
    for title, text in docstring.sections.items():
        if title == "Raises":  # which is for readers of the code
            continue
        lines += ["", *wrap(f"{title}: {text}", terminal_width(), subsequent_indent=INDENT)]
    if entry.example:
        lines += ["", f"In a config: {entry.example}"]
    return lines
