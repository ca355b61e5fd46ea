"""List what a config can name: registered classes, built-in datasets, and the sections of a config."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nncli.config.spec import Checkpoint, Data, EarlyStopping, Fraction, Penalty, Spec, Training, WeightAveraging
from nncli.core.checked import Checked
from nncli.core.docstrings import Docstring, parse_class_docstring
from nncli.core.errors import UserError
from nncli.core.field_docs import FieldDoc, document_fields
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
    """A page of `nncli list`: something that a config can name.

    Args:
        kind: the kind in the singular, such as layer.
        name: its name in a config.
        aliases: its other names in a config.
        docstring: the parsed docstring of its class.
        fields: its keys.
        text: the whole page, for a dataset.
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
        """The first paragraph of its docstring."""
        return self.docstring.summary


def entries_by_kind() -> dict[str, list[Entry]]:
    """Return all entries by their kind in the plural."""
    return {
        "layers": list(_registered_entries(LAYERS, "layer", lambda cls: not issubclass(cls, Activation))),
        "activations": list(_registered_entries(LAYERS, "activation", lambda cls: issubclass(cls, Activation))),
        "initializers": list(_registered_entries(INITIALIZERS, "initializer")),
        "losses": list(_registered_entries(LOSSES, "loss")),
        "metrics": list(_registered_entries(METRICS, "metric")),
        "optimizers": list(_registered_entries(OPTIMIZERS, "optimizer")),
        "schedules": list(_registered_entries(SCHEDULES, "schedule")),
        "scalers": list(_registered_entries(SCALERS, "scaler")),
        "sources": list(_registered_entries(SOURCES, "source")),
        "datasets": [_dataset(name) for name in dataset_names()],
        "settings": [_entry("section", name, (), cls) for name, cls in SETTINGS.items()],
    }


def entries_of_kind(name: str) -> list[Entry]:
    """Return the entries of one kind, given in the plural or the singular.

    Raises:
        UserError: if there is no such kind.
    """
    known = entries_by_kind()
    for plural, entries in known.items():
        if name == plural or (entries and name == entries[0].kind):
            return entries
    raise UserError(f"unknown kind {name!r}{suggestion(name, known)}")


def find_entries(name: str, kind: str | None = None) -> list[Entry]:
    """Return the entries with a name or alias; several kinds may have an entry with the same name.

    Args:
        name: name or alias of the entries.
        kind: the kind to search; default all kinds. If this kind has no such entry, the other kinds are searched.

    Raises:
        UserError: if there is no such entry.
    """
    entries = (
        entries_of_kind(kind)
        if kind is not None
        else [entry for found in entries_by_kind().values() for entry in found]
    )
    if found := [entry for entry in entries if name == entry.name or name in entry.aliases]:
        return found
    known = [entry.name for entry in entries]
    aliases = [alias for entry in entries for alias in entry.aliases]
    if kind is None:
        raise UserError(f"unknown kind or name {name!r}{suggestion(name, entries_by_kind(), [*known, *aliases])}")
    others = [entry for found in entries_by_kind().values() for entry in found if entry.name == name]
    if others:  # entries of another kind, such as activations if layers were searched
        return [entry for entry in others if entry.kind == others[0].kind]
    what = entries[0].kind if entries else kind
    raise UserError(f"unknown {what} {name!r}{suggestion(name, known, aliases)}")


def _registered_entries(registry: Registry, kind: str, belongs: Callable[[Any], bool] = bool) -> Iterator[Entry]:
    """Yield an entry for every class of a registry for which `belongs` is true."""
    for name in registry.names():
        cls = registry.find(name)
        assert cls is not None
        if belongs(cls):
            entry = _entry(kind, name, tuple(registry.aliases(name)), cls)
            yield replace(entry, example=cls.example or _example(entry))


def _example(entry: Entry) -> str:
    """Return the name of an entry, or a mapping with its required keys."""
    needed = [f"{item.name}: ..." for item in entry.fields if item.required]
    mapping = f"{{{', '.join([f'type: {entry.name}', *needed])}}}"
    return mapping if needed else entry.name


def _entry(kind: str, name: str, aliases: tuple[str, ...], cls: type[Checked]) -> Entry:
    return Entry(kind, name, aliases, parse_class_docstring(cls), tuple(document_fields(cls)))


def _dataset(name: str) -> Entry:
    text = dataset_text(name)
    paragraph = " ".join(text.split("\n\n")[1].split())
    return Entry("dataset", name, docstring=Docstring(summary=paragraph.partition(". ")[0].rstrip(".")), text=text)
