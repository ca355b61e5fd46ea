"""What a checked class says about its own fields: the one place that listings, schemas and the manual read."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from nncli.core.checked import Checked
from nncli.core.docstrings import parse_class_docstring
from nncli.core.fields import dump, field_types, required
from nncli.core.type_description import describe_type
from nncli.core.value_text import format_value


@dataclasses.dataclass(frozen=True)
class FieldReference:
    """One field of a checked class.

    Args:
        name: its key in a config.
        annotation: what it takes.
        required: whether it has to be given.
        default: what it is otherwise, as plain values.
        text: what its docstring says.
    """

    name: str
    annotation: Any
    required: bool
    default: Any
    text: str

    @property
    def expected(self) -> str:
        """What it takes, in words."""
        return describe_type(self.annotation)

    @property
    def default_text(self) -> str:
        """Its default as YAML would write it; empty where it has to be given."""
        if self.required:
            return ""
        if isinstance(self.default, dict) and "type" in self.default:
            return f"{{{', '.join(f'{key}: {value}' for key, value in self.default.items())}}}"
        if isinstance(self.default, dict):
            return "its defaults" if self.default else "{}"
        return "null" if self.default is None else format_value(self.default).strip("'")


def fields_of(cls: type[Checked]) -> list[FieldReference]:
    """The fields of a class: those that have to be given first, inherited ones last."""
    texts, needed, types = parse_class_docstring(cls).fields, set(required(cls)), field_types(cls)
    own = inspect.get_annotations(cls)
    found = [
        FieldReference(
            item.name,
            types[item.name],
            item.name in needed,
            None if item.name in needed else dump(_default(item)),
            texts.get(item.name, ""),
        )
        for item in dataclasses.fields(cls)
    ]
    return sorted(found, key=lambda item: (not item.required, item.name not in own))


def _default(item: dataclasses.Field[Any]) -> Any:
    return item.default if item.default_factory is dataclasses.MISSING else item.default_factory()
