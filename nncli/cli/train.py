"""The command `nncli train`."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_result
from nncli.cli.interrupt import quit_on_second_interrupt
from nncli.cli.options import ConfigArgument, QuietOption, SetOption
from nncli.cli.plugin_option import PluginOption, load_plugins
from nncli.cli.run_display import RunDisplay


def train(
    config: ConfigArgument,
    settings: SetOption = None,
    run_dir: Annotated[
        str | None,
        typer.Option("--run-dir", metavar="DIR", help="The directory of the run. Default: a new one in runs/."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume the run in --run-dir, if there is one.")] = False,
    plugins: PluginOption = None,
    quiet: QuietOption = False,
) -> None:
    """Train the model of a config.

    Writes a run directory and prints its path.
    """
    from nncli.workflows.train import train as train_config

    load_plugins(plugins)
    with RunDisplay(quiet=quiet) as display, quit_on_second_interrupt(display):
        ended = train_config(config, settings or [], run_dir, resume=resume, listener=display)
    print_result(str(ended.path))
