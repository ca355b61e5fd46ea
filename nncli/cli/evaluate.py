"""nncli evaluate."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import give, say
from nncli.cli.options import CheckpointArgument, JsonOption, PluginOption
from nncli.cli.plugins import load


def evaluate(
    checkpoint: CheckpointArgument,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[INPUT]", help="Labelled data; default the config's test or validation rows."),
    ] = None,
    targets: Annotated[
        str | None, typer.Option("--targets", metavar="FILE", help="The targets of a .npy or idx file.")
    ] = None,
    plugins: PluginOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a checkpoint's loss and metrics on labelled data."""
    import json

    from nncli.core.describe import json_ready
    from nncli.workflows.evaluate import evaluate as run
    from nncli.workflows.narration import short

    load(plugins)
    measured = run(checkpoint, source, targets)
    for note in measured.notes:
        say(f"note: {note}")
    if as_json:
        give(json.dumps(json_ready({**measured.results, "rows": measured.rows, "source": measured.source})))
        return
    give(f"{measured.rows:,} rows: {measured.source}")
    width = max(map(len, measured.results))
    for name, value in measured.results.items():
        give(f"{name:<{width}}  {short(value)}")
