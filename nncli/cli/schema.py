"""The command `nncli schema`."""

from __future__ import annotations

from nncli.cli.console import print_result
from nncli.cli.plugin_option import PluginOption, load_plugins


def schema(plugins: PluginOption = None) -> None:
    """Print the JSON Schema of a config, for editors."""
    import json

    from nncli.workflows.schema import build_schema

    load_plugins(plugins)
    print_result(json.dumps(build_schema(), indent=2))
