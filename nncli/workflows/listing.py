"""What there is to choose from: everything registered, the datasets that ship, and the sections of a config."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nncli.config.spec import Checkpoint, Data, EarlyStopping, Fraction, Penalty, Spec, Training, WeightAveraging
from nncli.core.docstrings import Docstring, parse_class_docstring
from nncli.core.errors import UserError
from nncli.core.field_docs import FieldDoc, document_fields
from nncli.core.fields import Checked
from nncli.core.registry import INITIALIZERS, LAYERS, LOSSES, METRICS, OPTIMIZERS, SCALERS, SCHEDULES, SOURCES, Registry
from nncli.core.spelling import suggestion
from nncli.data.sources.dataset import dataset_names, dataset_text
from nncli.nn.activation import Activation

SETTINGS: dict[str, type[Checked]] = {
    "config": Spec,
    "data": Data,
    "fraction": Fraction,
    "training": Training,
    "penalty": Penalty,
    "weight_averaging": WeightAveraging,
    "early_stopping": EarlyStopping,
    "checkpoint": Checkpoint,
}


@dataclass(frozen=True)
class Entry:
    """One thing that a config can name.

    Args:
        kind: what it is, in the singular.
        name: as a config says it.
        aliases: other names for it.
        docstring: what it says about itself.
        fields: its keys.
        text: a whole page, for what has no keys.
        example: the shortest way to write it in a config.
    """

    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    docstring: Docstring = field(default_factory=Docstring)
    fields: tuple[FieldDoc, ...] = ()
    text: str = ""
    example: str = ""

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return self.docstring.summary


def kinds() -> dict[str, list[Entry]]:
    """Everything there is, by its kind in the plural."""
    return {
        "layers": list(_registered(LAYERS, "layer", lambda cls: not issubclass(cls, Activation))),
        "activations": list(_registered(LAYERS, "activation", lambda cls: issubclass(cls, Activation))),
        "initializers": list(_registered(INITIALIZERS, "initializer")),
        "losses": list(_registered(LOSSES, "loss")),
        "metrics": list(_registered(METRICS, "metric")),
        "optimizers": list(_registered(OPTIMIZERS, "optimizer")),
        "schedules": list(_registered(SCHEDULES, "schedule")),
        "scalers": list(_registered(SCALERS, "scaler")),
        "sources": list(_registered(SOURCES, "source")),
        "datasets": [_dataset(name) for name in dataset_names()],
        "settings": [_entry("section", name, (), cls) for name, cls in SETTINGS.items()],
    }


def of_kind(name: str) -> list[Entry]:
    """The entries of one kind, named in the plural or the singular.

    Raises:
        UserError: where there is no such kind.
    """
    known = kinds()
    for plural, entries in known.items():
        if name == plural or (entries and name == entries[0].kind):
            return entries
    raise UserError(f"unknown kind {name!r}{suggestion(name, known)}")


def named(name: str, kind: str | None = None) -> list[Entry]:
    """The entries of that name or alias, which things of several kinds may have.

    Args:
        name: of the entries.
        kind: of which kind; default any. What is only of another kind is found there.

    Raises:
        UserError: where there is none.
    """
    entries = of_kind(kind) if kind is not None else [entry for found in kinds().values() for entry in found]
    if found := [entry for entry in entries if name == entry.name or name in entry.aliases]:
        return found
    known = [entry.name for entry in entries]
    aliases = [alias for entry in entries for alias in entry.aliases]
    if kind is None:
        raise UserError(f"unknown kind or name {name!r}{suggestion(name, kinds(), [*known, *aliases])}")
    others = [entry for found in kinds().values() for entry in found if entry.name == name]
    if others:  # of another kind, such as an activation among the layers
        return [entry for entry in others if entry.kind == others[0].kind]
    what = entries[0].kind if entries else kind
    raise UserError(f"unknown {what} {name!r}{suggestion(name, known, aliases)}")


def _registered(registry: Registry, kind: str, belongs: Callable[[Any], bool] = bool) -> Iterator[Entry]:
    for name in registry.names():
        cls = registry.find(name)
        assert cls is not None
        if belongs(cls):
            entry = _entry(kind, name, tuple(registry.aliases(name)), cls)
            yield replace(entry, example=cls.example or _example(entry))


def _example(entry: Entry) -> str:
    needed = [f"{item.name}: ..." for item in entry.fields if item.required]
    mapping = f"{{{', '.join([f'type: {entry.name}', *needed])}}}"
    return mapping if needed else entry.name


def _entry(kind: str, name: str, aliases: tuple[str, ...], cls: type[Checked]) -> Entry:
    return Entry(kind, name, aliases, parse_class_docstring(cls), tuple(document_fields(cls)))


def _dataset(name: str) -> Entry:
    text = dataset_text(name)
    paragraph = " ".join(text.split("\n\n")[1].split())
    return Entry("dataset", name, docstring=Docstring(summary=paragraph.partition(". ")[0].rstrip(".")), text=text)
