"""Check that the targets are in the output range of the last activation."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.assemble.check_context import CheckContext
from nncli.assemble.load_data import targets_out_of_range
from nncli.core.errors import Problem


def check_target_range(context: CheckContext) -> Iterable[Problem]:
    """Return a problem if training targets are outside the output range of the last activation."""
    loss = context.draft.loss
    return () if loss is None else targets_out_of_range(context.loaded, context.draft.layers, loss)
