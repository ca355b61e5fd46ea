"""--plugin, on every command that builds a model."""

from __future__ import annotations


def load(paths: list[str] | None) -> None:
    """Runs the files that the user named, if any."""
    if paths:
        from nncli.lifecycle.plugin_files import load_plugins

        load_plugins(paths)
