"""PyYAML's safe loader, changed to keep scalars as text and to record the positions of aliases."""

from __future__ import annotations

from copy import copy
from typing import Any

import yaml

from nncli.config.limits import MAX_VALUES


class ConfigLoader(yaml.SafeLoader):
    """Compose the nodes of a config; plain scalars stay text, which `nncli.config.scalars` parses later."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as PyYAML declares it
    count = 0  # nodes composed so far

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose the next node; an alias becomes a copy of its anchor's node with the position of the alias."""
        self.count += 1
        if self.count > MAX_VALUES:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=f"more than {MAX_VALUES} values", problem_mark=mark)
        if not self.check_event(yaml.AliasEvent):
            return super().compose_node(parent, index)
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        node = copy(super().compose_node(parent, index))
        assert node is not None
        node.start_mark, node.end_mark = event.start_mark, event.end_mark
        return node
