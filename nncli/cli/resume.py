"""The command `nncli resume`."""

from __future__ import annotations

from nncli.cli.console import print_result
from nncli.cli.interrupt import quit_on_second_interrupt
from nncli.cli.options import QuietOption, RunArgument, SetOption
from nncli.cli.plugin_option import PluginOption, load_plugins
from nncli.cli.run_display import RunDisplay


def resume(
    run: RunArgument,
    settings: SetOption = None,
    plugins: PluginOption = None,
    quiet: QuietOption = False,
) -> None:
    """Resume a run, or train a finished one for more epochs.

    Starts from the last checkpoint of the run, and prints the path of the run directory.
    """
    from nncli.workflows.resume import resume as resume_run

    load_plugins(plugins)
    with RunDisplay(quiet=quiet) as display, quit_on_second_interrupt(display):
        ended = resume_run(run, settings or [], display)
    print_result(str(ended.path))
