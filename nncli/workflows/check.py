"""Everything that can be known of a config before its first step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from nncli.assemble.learning_rate import LearningRateCurve as LearningRateCurve
from nncli.assemble.learning_rate import learning_rate_curve
from nncli.assemble.load_config import load_config
from nncli.assemble.resources import ResourceEstimate as ResourceEstimate
from nncli.config.spec import Spec


@dataclass(frozen=True)
class CheckedConfig:
    """A config without problems.

    Args:
        spec: with every default written.
        rows: the numbers of training, validation and test rows.
        rows_read: how many of these were read, where not all were.
        plan: what the run will take.
        notes: for the user.
        curve: of the learning rate, where it has a schedule.
    """

    spec: Spec
    rows: dict[str, int]
    rows_read: int | None
    plan: ResourceEstimate
    notes: tuple[str, ...]
    curve: LearningRateCurve | None = None

    @property
    def resolved(self) -> str:
        """The config as YAML with every default written."""
        from nncli.config.writer import to_plain, to_yaml  # here: not needed where it is not asked for

        return to_yaml(to_plain(self.spec))

    @property
    def parameters(self) -> int:
        """The number of trainable parameters."""
        return self.plan.parameters


def check(config: str | os.PathLike[str], settings: Sequence[str] = ()) -> CheckedConfig:
    """Validate a config against itself and against its data, of which only some rows are read where they are large.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that override the file.

    Raises:
        ConfigError: with every problem, located.
        UserError: where the file cannot be read.
    """
    loaded = load_config(os.fspath(config), settings)
    splits, preprocessing = loaded.validation.splits, loaded.validation.preprocessing
    rows_read = sum(len(splits.readable(name)) for name in splits.named) if splits.is_sample else None
    notes = (*loaded.notes, *splits.notes, *dict.fromkeys(preprocessing.notes))
    curve = learning_rate_curve(loaded.spec, loaded.plan)
    return CheckedConfig(loaded.spec, loaded.rows, rows_read, loaded.plan, notes, curve)
