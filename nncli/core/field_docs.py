"""Document the fields of a registered class, for `nncli list`, the JSON Schema and the reference."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from nncli.core.checked import Checked
from nncli.core.docstrings import parse_class_docstring
from nncli.core.fields import dump, field_types, required_fields
from nncli.core.type_description import describe_type
from nncli.core.value_text import format_value


@dataclasses.dataclass(frozen=True)
class FieldDoc:
    """The documentation of one field.

    Args:
        name: its key in a config.
        annotation: its type.
        required: whether a config must contain it.
        default: its default as plain values; None if it is required.
        text: its entry in the docstring.
    """

    name: str
    annotation: Any
    required: bool
    default: Any
    text: str

    @property
    def expected(self) -> str:
        """The values that it accepts, in words."""
        return describe_type(self.annotation)

    @property
    def default_text(self) -> str:
        """Its default as YAML would write it; empty if it is required."""
        if self.required:
            return ""
        if isinstance(self.default, dict) and "type" in self.default:
            return f"{{{', '.join(f'{key}: {value}' for key, value in self.default.items())}}}"
        if isinstance(self.default, dict):
            return "its defaults" if self.default else "{}"
        return "null" if self.default is None else format_value(self.default).strip("'")


def document_fields(cls: type[Checked]) -> list[FieldDoc]:
    """Document the fields of a class: required fields first, inherited ones last."""
    texts, needed, types = parse_class_docstring(cls).fields, set(required_fields(cls)), field_types(cls)
    own = inspect.get_annotations(cls)
    found = [
        FieldDoc(
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
