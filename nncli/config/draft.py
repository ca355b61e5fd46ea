"""The draft of a spec: what could be built of a config, with every default, before it is known to be valid."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from nncli.config.document import Document
from nncli.config.spec import Data, Spec
from nncli.core.builder import Builder
from nncli.core.errors import Problem
from nncli.core.invalid import INVALID, Invalid, field_of, is_invalid, items_of
from nncli.core.types import FloatDType
from nncli.core.value_text import format_value

SOURCES = ("train", "validation", "test")


@dataclasses.dataclass(frozen=True)
class Draft:
    """A spec as far as it could be built. The checks read it through its properties, whatever is missing.

    Args:
        built: the spec, or what could be built of it.
        problems: with their paths in the config.
    """

    built: Spec | Invalid
    problems: tuple[Problem, ...] = ()

    @property
    def spec(self) -> Spec:
        """The spec of a config without problems."""
        assert isinstance(self.built, Spec)
        return self.built

    def get(self, name: str) -> Any:
        """A field of the spec: its value, or Invalid. A field that was not given has its default."""
        if isinstance(self.built, Spec):
            return getattr(self.built, name)
        if name in self.built.fields:
            return self.built.fields[name]
        default = next(field.default for field in dataclasses.fields(Spec) if field.name == name)
        return INVALID if default is dataclasses.MISSING else default

    @property
    def layers(self) -> Sequence[Any]:
        """The layers in order, Invalid where one could not be built."""
        return items_of(self.get("model"))

    @property
    def metrics(self) -> Sequence[Any]:
        """The metrics in order, Invalid where one could not be built."""
        return items_of(self.get("metrics"))

    @property
    def loss(self) -> Any:
        """The loss, or None."""
        return None if is_invalid(loss := self.get("loss")) else loss

    @property
    def data(self) -> Data | None:
        """The data section with those of its sources that could be built; None without a train source."""
        data = self.get("data")
        if isinstance(data, Data):
            return data
        sources = {name: source for name in SOURCES if not is_invalid(source := data.fields.get(name, INVALID))}
        return Data(**sources) if "train" in sources else None

    @property
    def has_validation(self) -> bool | None:
        """Whether the config asks for validation rows; None where its data section is not known."""
        data = self.get("data")
        if data is INVALID:
            return None
        given = data.fields.get("validation") if isinstance(data, Invalid) else data.validation
        return given is not None

    @property
    def seed(self) -> int:
        """The seed, or its default."""
        return 0 if is_invalid(seed := self.get("seed")) else cast("int", seed)

    @property
    def dtype(self) -> FloatDType:
        """The data type of parameters, or its default."""
        return np.dtype("float32" if is_invalid(name := self.get("dtype")) else name)

    @property
    def batch_size(self) -> int | None:
        """Rows a batch, where it is known."""
        return (
            cast("int | None", field_of(training, "batch_size"))
            if not is_invalid(training := self.get("training"))
            else None
        )

    def with_fields(self, **fields: Any) -> Draft:
        """A copy with other values in some fields, which are valid already or Invalid."""
        if isinstance(self.built, Spec):
            return dataclasses.replace(self, built=self.built.with_fields(**fields))
        return dataclasses.replace(self, built=Invalid({**self.built.fields, **fields}))


def build(values: Mapping[str, Any], builder: Builder) -> Draft:
    """Build the spec that plain values describe, each object once.

    Args:
        values: of the spec's fields.
        builder: collects the problems.
    """
    built = builder.make(Spec, values, ())
    return Draft(built, tuple(builder.problems))


def build_document(document: Document) -> Draft:
    """Build the spec that a document describes, without looking at the data."""
    problems = tuple(document.problems)
    if is_invalid(document.value):
        return Draft(INVALID, problems)
    if not isinstance(document.value, dict):
        message = f"expected a mapping with data, model, loss and optimizer; got {format_value(document.value)}"
        return Draft(INVALID, (*problems, Problem((), message)))
    draft = build(document.value, Builder(document.absolute))
    return dataclasses.replace(draft, problems=(*problems, *draft.problems))
