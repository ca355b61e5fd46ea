"""Write a spec as YAML; reading the YAML returns the same spec."""

from __future__ import annotations

from typing import Any

import yaml

from nncli.config.references import escape
from nncli.config.scalars import parse_scalar
from nncli.config.spec import Spec
from nncli.core.fields import dump


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that writes no aliases, and quotes texts that look like numbers, booleans or null."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if isinstance(parse_scalar(value), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", escape(value), style=style)


_Dumper.add_representer(str, _represent_text)


def to_plain(spec: Spec) -> dict[str, Any]:
    """Convert a spec to plain values, including all defaults."""
    values = dump(spec)
    assert isinstance(values, dict)
    return values


def to_flow_yaml(value: Any) -> str:
    """Write a plain value as YAML on one line, such as {type: dense, units: 3}."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=True, width=1 << 20, allow_unicode=True)
    return text.strip().removesuffix("\n...")


def to_yaml(values: dict[str, Any]) -> str:
    """Write plain values as YAML."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)
