"""The command `nncli inspect`."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.checkpoint_summary import format_checkpoint
from nncli.cli.console import print_result
from nncli.cli.options import CheckpointArgument, JsonOption
from nncli.core.errors import CheckpointError


def inspect(
    checkpoint: CheckpointArgument,
    as_json: JsonOption = False,
    verify: Annotated[bool, typer.Option("--verify", help="Read all arrays and verify their checksums.")] = False,
) -> None:
    """Show what a checkpoint contains.

    Shows layers, sizes, preprocessing and metrics. Without --verify, only the headers of the arrays are read.
    """
    import json

    from nncli.core.json_values import json_ready
    from nncli.workflows.inspect import inspect as inspect_checkpoint

    description = inspect_checkpoint(checkpoint, verify=verify)
    if as_json:
        print_result(json.dumps(json_ready(description)))
        return
    try:
        lines = format_checkpoint(description)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise CheckpointError(f"{description['path']}: its meta.json does not describe a model ({error!r})") from None
    for line in lines:
        print_result(line)
