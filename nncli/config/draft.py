"""`Draft`: the spec as far as it could be built from a config, before it is validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from nncli.config.document import Document
from nncli.config.spec import SPLITS, Data, Spec
from nncli.core.builder import Builder
from nncli.core.errors import Problem
from nncli.core.invalid import INVALID, Invalid, field_of, is_invalid, items_of
from nncli.core.types import FloatDType
from nncli.core.value_text import format_value


@dataclasses.dataclass(frozen=True)
class Draft:
    """A spec as far as it could be built; its properties work even if parts are missing.

    Args:
        built: the spec, or, if there are problems, an `Invalid` with the fields that could be built.
        problems: the problems of the config, with their paths.
    """

    built: Spec | Invalid
    problems: tuple[Problem, ...] = ()

    @property
    def spec(self) -> Spec:
        """The spec; only for a config without problems."""
        assert isinstance(self.built, Spec)
        return self.built

    def get(self, name: str) -> Any:
        """Return a field of the spec, its default if it was not given, or Invalid."""
        if isinstance(self.built, Spec):
            return getattr(self.built, name)
        if name in self.built.fields:
            return self.built.fields[name]
        default = next(field.default for field in dataclasses.fields(Spec) if field.name == name)
        return INVALID if default is dataclasses.MISSING else default

    @property
    def layers(self) -> Sequence[Any]:
        """The layers in order; those that could not be built are Invalid."""
        return items_of(self.get("model"))

    @property
    def metrics(self) -> Sequence[Any]:
        """The metrics in order; those that could not be built are Invalid."""
        return items_of(self.get("metrics"))

    @property
    def loss(self) -> Any:
        """The loss; None if it could not be built."""
        return None if is_invalid(loss := self.get("loss")) else loss

    @property
    def data(self) -> Data | None:
        """The data section with the sources that could be built; None without a train source."""
        data = self.get("data")
        if isinstance(data, Data):
            return data
        sources = {name: source for name in SPLITS if not is_invalid(source := data.fields.get(name, INVALID))}
        return Data(**sources) if "train" in sources else None

    @property
    def has_validation(self) -> bool | None:
        """Whether the config has a validation source or fraction; None if its data section could not be built."""
        data = self.get("data")
        if data is INVALID:
            return None
        given = data.fields.get("validation") if isinstance(data, Invalid) else data.validation
        return given is not None

    @property
    def seed(self) -> int:
        """The seed; its default if it could not be built."""
        return 0 if is_invalid(seed := self.get("seed")) else cast("int", seed)

    @property
    def dtype(self) -> FloatDType:
        """The data type of parameters; its default if it could not be built."""
        return np.dtype("float32" if is_invalid(name := self.get("dtype")) else name)

    @property
    def batch_size(self) -> int | None:
        """The number of rows per batch; None if the training section could not be built."""
        training = self.get("training")
        return None if is_invalid(training) else cast("int | None", field_of(training, "batch_size"))

    def with_fields(self, **fields: Any) -> Draft:
        """Return a copy with some fields replaced by valid or Invalid values."""
        if isinstance(self.built, Spec):
            return dataclasses.replace(self, built=self.built.with_fields(**fields))
        return dataclasses.replace(self, built=Invalid({**self.built.fields, **fields}))


def build_draft(values: Mapping[str, Any], builder: Builder) -> Draft:
    """Build a spec from plain values.

    Args:
        values: the plain value of each field of the spec.
        builder: builds the objects and collects the problems.
    """
    built = builder.make(Spec, values, ())
    return Draft(built, tuple(builder.problems))


def build_document(document: Document) -> Draft:
    """Build a spec from a document, without reading the data."""
    problems = tuple(document.problems)
    if is_invalid(document.value):
        return Draft(INVALID, problems)
    if not isinstance(document.value, dict):
        message = f"expected a mapping with data, model, loss and optimizer; got {format_value(document.value)}"
        return Draft(INVALID, (*problems, Problem((), message)))
    draft = build_draft(document.value, Builder(document.absolute_path))
    return dataclasses.replace(draft, problems=(*problems, *draft.problems))
