"""nncli schema."""

from __future__ import annotations

from nncli.cli.console import give
from nncli.cli.options import PluginOption
from nncli.cli.plugins import load


def schema(plugins: PluginOption = None) -> None:
    """Print the JSON Schema of a config, with which an editor completes and underlines."""
    import json

    from nncli.workflows.schema import schema as make

    load(plugins)
    give(json.dumps(make(), indent=2))
