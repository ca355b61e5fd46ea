"""From a config file to a session: the one way of commands, resuming and repeating a run."""

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
from nncli.assemble.run_notes import notes_on
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
    """A config without problems, as far as its data were read.

    Args:
        document: the config as read.
        validation: of the config and its data, of which only some rows were read where they are large.
        plan: what the run will take.
        notes: for the user, on the config itself.
    """

    document: Document
    validation: Validation
    plan: ResourceEstimate
    notes: tuple[str, ...] = ()

    @property
    def spec(self) -> Spec:
        """The spec, with every default written."""
        return self.validation.draft.spec

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of training, validation and test rows."""
        return _rows(self.validation)

    def session(self) -> Session:
        """The session that the config describes, with all of its data read.

        Raises:
            ConfigError: with every problem in rows that were not read before.
        """
        from nncli.assemble.session import make_session  # here: not needed to check a config

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
    """Read a config and validate it against its data, of which only some rows are read where they are large.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that override the file, and those in the environment's NNCLI_SET.
        resolved: whether it is the resolved config of a run, into which the environment has been written already.

    Raises:
        ConfigError: with every problem, located.
        UserError: where the file cannot be read or a setting is no KEY=VALUE.
    """
    document = read_file(config, MAX_RESOLVED_DEPTH if resolved else MAX_DEPTH)
    environment = [] if resolved else split_settings(os.environ.get(ENVIRONMENT_VARIABLE, ""))
    apply_overrides(document, environment, ENVIRONMENT_VARIABLE)
    apply_overrides(document, list(settings))
    validation = validate_document(document, name=Path(config).stem)
    spec, preprocessing = validation.draft.spec, validation.preprocessing
    targets = math.prod(preprocessing.task.target_shape)
    planned = estimate_resources(spec, preprocessing.input_shape, targets, _rows(validation))
    if problems := [*_memory_problems(planned), *check_schedule(spec, planned)]:
        raise document.error(problems)
    overridden = {setting.partition("=")[0] for setting in settings}
    applied = [setting for setting in environment if setting.partition("=")[0] not in overridden]
    notes = [f"{ENVIRONMENT_VARIABLE} sets {', '.join(applied)}"] if applied else []
    return LoadedConfig(document, validation, planned, (*notes, *notes_on(spec, planned)))


def validate_document(document: Document, name: str = "") -> Validation:
    """Build the spec of a document, complete its defaults, load a sample of its data and run every check.

    Args:
        document: with all overrides applied.
        name: of the run, where the document does not name it.

    Raises:
        ConfigError: with every problem, located.
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
    named = validation.splits.named
    return {"training" if name == "train" else name: len(rows) for name, rows in named.items()}


def _memory_problems(planned: ResourceEstimate) -> Iterator[Problem]:
    """A model that does not fit into the memory of this machine."""
    needed, available = planned.parameter_bytes + planned.batch_bytes, _memory()
    if available is not None and needed > available:
        what = f"{planned.parameters:,} parameters, their optimizer and a batch take about {needed / 1e9:,.0f} GB"
        yield Problem(("model",), f"{what}, but this machine has {available / 1e9:,.0f} GB")


def _memory() -> int | None:
    """Bytes of memory that the machine has, where the system tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
