"""From a config file to a session, with every problem at once."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nncli.assemble.averaging import averaging_remarks
from nncli.assemble.curve import faults, remarks
from nncli.assemble.defaults import filled
from nncli.assemble.plan import Plan, plan
from nncli.assemble.survey import Survey, survey
from nncli.config.document import Document
from nncli.config.limits import MAX_DEPTH, MAX_RESOLVED_DEPTH, MAX_VALUES, TOO_DEEP
from nncli.config.load import draft
from nncli.config.overrides import ENVIRONMENT_VARIABLE, apply_overrides, split_settings
from nncli.config.reader import read_file
from nncli.config.references import resolve_references
from nncli.config.spec import Spec
from nncli.core.errors import ConfigError, Problem
from nncli.core.fields import registered_in

if TYPE_CHECKING:
    from nncli.assemble.session import Session


@dataclass
class Prepared:
    """A config that was checked.

    Args:
        document: the config as read.
        spec: what it says, with every default filled.
        survey: of its data, of which only some rows were read where they are large.
        plan: what the run will take.
        notes: what the user should know of the config itself.
    """

    document: Document
    spec: Spec
    survey: Survey
    plan: Plan
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> dict[str, int]:
        """How many rows there are for training, validation and test."""
        return _rows(self.survey)

    def session(self) -> Session:
        """The session that the config describes, with all of its data read.

        Raises:
            ConfigError: with every problem that shows in rows that were not looked at before.
        """
        from nncli.assemble.session import assemble

        parts, _ = self.survey.whole()
        try:
            session = assemble(self.spec, found=self.survey if self.survey.whole_data else None, read=parts.sources)
            session.notes[:0] = self.notes
            return session
        except ConfigError as error:
            raise self.document.error(error.problems) from None


def prepare(config: str, settings: Sequence[str] = (), *, resolved: bool = False) -> Prepared:
    """A config, checked against itself and against its data as far as a glance shows.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that go over the file, and over those in the environment's NNCLI_SET.
        resolved: whether it is the resolved config of a run, over which the environment has been set already.

    Raises:
        ConfigError: with every problem, located.
        UserError: where the file cannot be read or a setting is no KEY=VALUE.
    """
    document = read_file(config, MAX_RESOLVED_DEPTH if resolved else MAX_DEPTH)
    surroundings = [] if resolved else split_settings(os.environ.get(ENVIRONMENT_VARIABLE, ""))
    apply_overrides(document, surroundings, ENVIRONMENT_VARIABLE)
    apply_overrides(document, list(settings))
    try:
        resolve_references(document, MAX_VALUES)
        drafted = draft(document)
        found = survey(drafted.parts, glance=True)
    except RecursionError:
        raise document.error([Problem((), TOO_DEEP)]) from None
    problems = [*drafted.problems, *found.problems]
    if drafted.spec is None or problems:
        raise document.error(problems)
    over = {setting.partition("=")[0] for setting in settings}
    said = [setting for setting in surroundings if setting.partition("=")[0] not in over]
    notes = (f"{ENVIRONMENT_VARIABLE} sets {', '.join(said)}",) if said else ()
    spec = drafted.spec if drafted.spec.name else replace(drafted.spec, name=Path(config).stem)
    parts, preprocessing = found.whole()
    targets = math.prod(preprocessing.target_shape)
    whole = filled(spec, validated=parts.validation is not None)
    planned = plan(whole, preprocessing.input_shape, targets, _rows(found))
    needed, there = planned.parameter_bytes + planned.batch_bytes, _memory()
    if there is not None and needed > there:
        what = f"{planned.parameters:,} parameters, their optimizer and a batch take about {needed / 1e9:,.0f} GB"
        raise document.error([Problem(("model",), f"{what}, but this machine has {there / 1e9:,.0f} GB")])
    if rates := list(faults(whole, planned)):
        raise document.error(rates)
    own = dict.fromkeys(remark for thing in registered_in(whole) for remark in thing.remarks())
    odd = (*own, *remarks(whole, planned), *averaging_remarks(whole, planned))
    return Prepared(document, whole, found, planned, (*notes, *odd))


def _rows(found: Survey) -> dict[str, int]:
    assert found.parts is not None
    return {"training" if name == "train" else name: len(rows) for name, rows in found.parts.named.items()}


def _memory() -> int | None:
    """Bytes of memory that the machine has, where the system tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
