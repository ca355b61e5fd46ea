"""The command `nncli list`."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_result
from nncli.cli.plugin_option import PluginOption, load_plugins
from nncli.cli.registry_pages import format_entries, format_kinds, format_pages


def list_(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="A kind, such as layers or losses; or a registered name, such as dense."),
    ] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A name of that kind, such as dense.")] = None,
    plugins: PluginOption = None,
) -> None:
    """List layers, losses, optimizers and other names, or show one.

    These are the names that a config can use.
    """
    load_plugins(plugins)
    for line in _lines(kind, name):
        print_result(line)


def _lines(kind: str | None, name: str | None) -> list[str]:
    from nncli.core.errors import UserError
    from nncli.workflows import listing

    if kind is None:
        return format_kinds(listing.entries_by_kind())
    if name is not None:
        return format_pages(listing.find_entries(name, kind))
    try:
        return format_entries(listing.entries_of_kind(kind))
    except UserError:
        return format_pages(listing.find_entries(kind))
