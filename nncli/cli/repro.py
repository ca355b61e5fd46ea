"""nncli repro."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_message, print_result
from nncli.cli.options import PluginOption, QuietOption, SetOption
from nncli.cli.plugin_option import load_plugins
from nncli.cli.run_display import RunDisplay


def repro(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run directory.")],
    settings: SetOption = None,
    plugins: PluginOption = None,
    quiet: QuietOption = False,
) -> None:
    """Train a run's config again and compare metrics and weights bit for bit; exit code 1 where they differ."""
    from nncli.workflows.repro import repro as repeat

    load_plugins(plugins)
    with RunDisplay(quiet=quiet) as display:
        found = repeat(run, settings or [], display)
    for line in found.environment_changes:
        print_message(f"note: since the run began, {line}")
    if found.same:
        print_result(f"{run}: the same to the bit after {found.steps:,} steps: {', '.join(found.compared)}")
        return
    print_result(f"{run}: not the same: {found.difference}")
    raise typer.Exit(1)
