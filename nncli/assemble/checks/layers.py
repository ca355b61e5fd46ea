"""Check that every layer accepts its input shape."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.check_context import CheckContext
from nncli.core.errors import Problem


def check_layers(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for every layer that does not accept its input shape."""
    yield from context.layer_shapes[1]
