"""Writing a spec as YAML that reads back to the same spec."""

from __future__ import annotations

from typing import Any

import yaml

from nncli.config.references import escape
from nncli.config.scalars import parse_scalar
from nncli.config.spec import Spec
from nncli.core.fields import dump


class _Dumper(yaml.SafeDumper):
    """Quotes text that the core schema would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if isinstance(parse_scalar(value), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", escape(value), style=style)


_Dumper.add_representer(str, _text)


def to_plain(spec: Spec) -> dict[str, Any]:
    """The spec as plain values, every default written."""
    values = dump(spec)
    assert isinstance(values, dict)
    return values


def to_flow_yaml(value: Any) -> str:
    """A plain value as YAML on one line, such as {type: dense, units: 3}."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=True, width=1 << 20, allow_unicode=True)
    return text.strip().removesuffix("\n...")


def to_yaml(values: dict[str, Any]) -> str:
    """Plain values as YAML."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)
