"""Load a config file: build its spec, load a sample of its data, and validate both."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nncli.assemble.checks.schedule import check_schedule
from nncli.assemble.defaults import complete_defaults
from nncli.assemble.load_data import load_data
from nncli.assemble.resources import ResourceEstimate, estimate_resources
from nncli.assemble.run_notes import run_notes
from nncli.assemble.validate import Validation, validate
from nncli.config.document import Document
from nncli.config.draft import build_document
from nncli.config.limits import MAX_DEPTH, MAX_RESOLVED_DEPTH, MAX_VALUES, TOO_DEEP
from nncli.config.overrides import ENVIRONMENT_VARIABLE, apply_overrides, split_settings
from nncli.config.reader import read_file
from nncli.config.references import resolve_references
from nncli.config.spec import Spec
from nncli.core.errors import ConfigError, Problem

if TYPE_CHECKING:
    from nncli.assemble.session import Session


@dataclass
class LoadedConfig:
    """A config without problems, validated against its data or a sample of them.

    Args:
        document: the config as read.
        validation: the result of the validation; only a sample of large data was read.
        resources: the estimated resources of the run.
        notes: notes for the user about the config.
    """

    document: Document
    validation: Validation
    resources: ResourceEstimate
    notes: tuple[str, ...] = ()

    @property
    def spec(self) -> Spec:
        """The spec, with every default filled in."""
        return self.validation.draft.spec

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of training, validation and test rows."""
        return _rows(self.validation)

    def session(self) -> Session:
        """Read the rows that were not read yet, and return the session of this config.

        Raises:
            ConfigError: with every problem in rows that were not read before.
        """
        from nncli.assemble.session import make_session  # imported here, because checking does not need it

        validation = self.validation
        if validation.loaded.is_sample:
            loaded = load_data(validation.draft, whole_sources=validation.splits.whole_sources)
            validation = validate(validation.draft, loaded)
        try:
            session = make_session(validation)
        except ConfigError as error:
            raise self.document.error(error.problems) from None
        session.notes[:0] = self.notes
        return session


def load_config(config: str, settings: Sequence[str] = (), *, resolved: bool = False) -> LoadedConfig:
    """Read a config file, apply the settings, and validate it against its data; only a sample of large data is read.

    Args:
        config: path of a YAML file.
        settings: KEY=VALUE pairs that override the file and the environment variable NNCLI_SET.
        resolved: whether the file is the resolved config of a run, which already includes the settings of NNCLI_SET.

    Raises:
        ConfigError: with every problem and its place in the file.
        UserError: if the file cannot be read or a setting is not a KEY=VALUE pair.
    """
    document = read_file(config, MAX_RESOLVED_DEPTH if resolved else MAX_DEPTH)
    environment = [] if resolved else split_settings(os.environ.get(ENVIRONMENT_VARIABLE, ""))
    apply_overrides(document, environment, ENVIRONMENT_VARIABLE)
    apply_overrides(document, list(settings))
    validation = validate_document(document, name=Path(config).stem)
    spec, preprocessing = validation.draft.spec, validation.preprocessing
    targets = math.prod(preprocessing.task.target_shape)
    resources = estimate_resources(spec, preprocessing.input_shape, targets, _rows(validation))
    if problems := [*_memory_problems(resources), *check_schedule(spec, resources)]:
        raise document.error(problems)
    overridden = {setting.partition("=")[0] for setting in settings}
    applied = [setting for setting in environment if setting.partition("=")[0] not in overridden]
    notes = [f"{ENVIRONMENT_VARIABLE} sets {', '.join(applied)}"] if applied else []
    return LoadedConfig(document, validation, resources, (*notes, *run_notes(spec, resources)))


def validate_document(document: Document, name: str = "") -> Validation:
    """Build the spec of a document, complete its defaults, load a sample of its data, and run every check.

    Args:
        document: the document, with all overrides applied.
        name: name of the run, if the document has none.

    Raises:
        ConfigError: with every problem and its place in the file.
    """
    try:
        resolve_references(document, MAX_VALUES)
        draft = complete_defaults(build_document(document), name=name)
        validation = validate(draft, load_data(draft, sample=True))
    except RecursionError:
        raise document.error([Problem((), TOO_DEEP)]) from None
    if validation.problems:
        raise document.error(validation.problems)
    return validation


def _rows(validation: Validation) -> dict[str, int]:
    """Return the number of rows of every split."""
    named = validation.splits.named
    return {"training" if name == "train" else name: len(rows) for name, rows in named.items()}


def _memory_problems(resources: ResourceEstimate) -> Iterator[Problem]:
    """Yield a problem if the model does not fit into the memory of this machine."""
    needed, available = resources.parameter_bytes + resources.batch_bytes, _memory()
    if available is not None and needed > available:
        what = f"{resources.parameters:,} parameters, their optimizer and a batch take about {needed / 1e9:,.0f} GB"
        yield Problem(("model",), f"{what}, but this machine has {available / 1e9:,.0f} GB")


def _memory() -> int | None:
    """Return the bytes of memory of this machine; None if the system does not provide it."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
