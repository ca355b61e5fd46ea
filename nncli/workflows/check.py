"""Everything that can be known of a config before its first step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from nncli.assemble.curve import Curve as Curve
from nncli.assemble.curve import curve_of
from nncli.assemble.plan import Plan as Plan
from nncli.config.spec import Spec
from nncli.workflows.prepare import prepare


@dataclass(frozen=True)
class CheckedConfig:
    """A config without problems.

    Args:
        spec: with every default filled.
        rows: how many there are for training, validation and test.
        looked_at: how many of these were read, where not all were.
        plan: what the run will take.
        notes: what the user should know.
        curve: of the learning rate, where it has a schedule.
    """

    spec: Spec
    rows: dict[str, int]
    looked_at: int | None
    plan: Plan
    notes: tuple[str, ...]
    curve: Curve | None = None

    @property
    def resolved(self) -> str:
        """The config as YAML with every default filled."""
        from nncli.config.writer import to_plain, to_yaml  # here, for a quick check where it is not asked for

        return to_yaml(to_plain(self.spec))

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return self.plan.parameters


def check(config: str | os.PathLike[str], settings: Sequence[str] = ()) -> CheckedConfig:
    """Checks a config against itself and against its data, of which only some rows are read where they are large.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that go over the file.

    Raises:
        ConfigError: with every problem, located.
        UserError: where the file cannot be read.
    """
    prepared = prepare(os.fspath(config), settings)
    parts, preprocessing = prepared.survey.whole()
    looked_at = None if prepared.survey.whole_data else sum(len(parts.readable(name)) for name in parts.named)
    notes = (*prepared.notes, *parts.notes, *dict.fromkeys(preprocessing.notes))
    curve = curve_of(prepared.spec, prepared.plan)
    return CheckedConfig(prepared.spec, prepared.rows, looked_at, prepared.plan, notes, curve)
