"""nncli resume."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_result
from nncli.cli.interrupt import acknowledged
from nncli.cli.options import PluginOption, QuietOption, SetOption
from nncli.cli.plugin_option import load_plugins
from nncli.cli.run_display import RunDisplay


def resume(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run directory.")],
    settings: SetOption = None,
    plugins: PluginOption = None,
    quiet: QuietOption = False,
) -> None:
    """Go on with a run from its last checkpoint, or train a finished one longer."""
    from nncli.workflows.resume import resume as go_on

    load_plugins(plugins)
    with RunDisplay(quiet=quiet) as display, acknowledged(display):
        ended = go_on(run, settings or [], display)
    print_result(str(ended.path))
