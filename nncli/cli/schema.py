"""nncli schema."""

from __future__ import annotations

from nncli.cli.console import print_result
from nncli.cli.options import PluginOption
from nncli.cli.plugin_option import load_plugins


def schema(plugins: PluginOption = None) -> None:
    """Print the JSON Schema of a config, with which an editor completes and underlines."""
    import json

    from nncli.workflows.schema import schema as make

    load_plugins(plugins)
    print_result(json.dumps(make(), indent=2))
