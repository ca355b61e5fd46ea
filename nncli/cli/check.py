"""nncli check."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import give, say
from nncli.cli.options import ConfigArgument, SetOption


def check(
    config: ConfigArgument,
    settings: SetOption = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the config with every default filled.")] = False,
) -> None:
    """Check a config and its data without training."""
    from nncli.workflows.check import check as run

    found = run(config, settings or [])
    if resolved:
        give(found.resolved.rstrip())
        return
    for note in found.notes:
        say(f"note: {note}")
    rows = ", ".join(f"{count:,} {name}" for name, count in found.rows.items())
    give(f"{config} is right: {rows} rows; {found.parameters:,} parameters")
