"""The command `nncli repro`."""

from __future__ import annotations

import typer

from nncli.cli.console import print_message, print_result
from nncli.cli.options import QuietOption, RunArgument, SetOption
from nncli.cli.plugin_option import PluginOption, load_plugins
from nncli.cli.run_display import RunDisplay


def repro(
    run: RunArgument,
    settings: SetOption = None,
    plugins: PluginOption = None,
    quiet: QuietOption = False,
) -> None:
    """Repeat a run and compare the results bit for bit.

    Exits with code 1 if the metrics or weights differ.
    """
    from nncli.workflows.repro import repro as repeat_run

    load_plugins(plugins)
    with RunDisplay(quiet=quiet) as display:
        comparison = repeat_run(run, settings or [], display)
    for line in comparison.environment_changes:
        print_message(f"note: since the run began, {line}")
    if comparison.same:
        compared = ", ".join(comparison.compared)
        print_result(f"{run}: the same to the bit after {comparison.steps:,} steps: {compared}")
        return
    print_result(f"{run}: not the same: {comparison.difference}")
    raise typer.Exit(1)
