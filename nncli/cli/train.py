"""nncli train."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_result
from nncli.cli.interrupt import acknowledged
from nncli.cli.options import ConfigArgument, PluginOption, QuietOption, SetOption
from nncli.cli.plugin_option import load_plugins
from nncli.cli.run_display import RunDisplay


def train(
    config: ConfigArgument,
    settings: SetOption = None,
    run_dir: Annotated[
        str | None, typer.Option("--run-dir", metavar="DIR", help="The run's directory; default a new one in runs/.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --run-dir if there is one.")] = False,
    plugins: PluginOption = None,
    quiet: QuietOption = False,
) -> None:
    """Train a config and write a run directory; its path is the one line on standard output."""
    from nncli.workflows.train import train as run

    load_plugins(plugins)
    with RunDisplay(quiet=quiet) as display, acknowledged(display):
        ended = run(config, settings or [], run_dir, resume=resume, listener=display)
    print_result(str(ended.path))
