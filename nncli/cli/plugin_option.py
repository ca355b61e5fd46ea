"""The option --plugin, which every command that builds a model takes."""

from __future__ import annotations

from typing import Annotated

import typer

PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="FILE.py",
        help="Run Python code that registers layers, losses and other classes. Can be repeated.",
    ),
]


def load_plugins(paths: list[str] | None) -> None:
    """Run the plugin files named on the command line, if any."""
    if paths:
        from nncli.lifecycle import plugin_files

        plugin_files.load_plugins(paths)
