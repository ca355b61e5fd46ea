"""Check layers from plugins with a trial run, if the shapes of all layers match."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.assemble.check_context import CheckContext
from nncli.assemble.checks.raw_inputs import check_raw_inputs
from nncli.core.checked import registered_in
from nncli.core.errors import Problem
from nncli.core.fields import is_user_defined
from nncli.core.invalid import is_invalid


def check_user_layers(context: CheckContext) -> Iterable[Problem]:
    """Return the problems of a trial run of plugin layers with two training rows."""
    (output, problems), layers = context.layer_shapes, context.draft.layers
    if not any(is_user_defined(type(thing)) for thing in registered_in(layers)):
        return ()
    if output is None or problems or any(map(is_invalid, layers)) or list(check_raw_inputs(context)):
        return ()
    if "train" not in context.loaded.prepared:
        return ()
    from nncli.assemble.checks.trial_run import ROWS, try_layers  # imported here, because most models do not need it

    return try_layers(layers, context.loaded.prepared["train"].inputs[:ROWS], context.draft.dtype)
