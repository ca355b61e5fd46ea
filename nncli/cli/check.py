"""The command `nncli check`."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_notes, print_result
from nncli.cli.options import ConfigArgument, SetOption
from nncli.cli.plugin_option import PluginOption, load_plugins
from nncli.cli.rate_chart import format_schedule
from nncli.cli.resource_summary import format_resources


def check(
    config: ConfigArgument,
    settings: SetOption = None,
    plugins: PluginOption = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the config with all defaults filled in.")] = False,
) -> None:
    """Check a config and its data without training.

    Shows the layers, the cost of the run, and how the learning rate changes.
    """
    from nncli.core.text_format import format_parameter_count
    from nncli.workflows.check import check as check_config

    load_plugins(plugins)
    checked = check_config(config, settings or [])
    if resolved:
        print_result(checked.resolved.rstrip())
        return
    print_notes(checked.notes)
    rows = ", ".join(f"{count:,} {name}" for name, count in checked.rows.items())
    size = format_parameter_count(checked.parameters, checked.resources.non_trainable)
    print_result(f"{config} is valid: {rows} rows; {size}")
    if checked.rows_read is not None:
        print_result(f"the data are large: only {checked.rows_read:,} rows and all targets were checked")
    print_result()
    for line in format_resources(checked.resources):
        print_result(line)
    if checked.curve is not None:
        for line in format_schedule(checked.curve):
            print_result(line)
