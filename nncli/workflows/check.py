"""Validate a config and estimate its run before the first step."""

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
    """A valid config, with the estimated resources of its run.

    Args:
        spec: the spec, with every default filled in.
        rows: the numbers of training, validation and test rows.
        rows_read: how many of these rows were read; None if all were read.
        resources: the estimated resources of the run.
        notes: notes for the user.
        curve: the learning rate over the run; None if it is constant.
    """

    spec: Spec
    rows: dict[str, int]
    rows_read: int | None
    resources: ResourceEstimate
    notes: tuple[str, ...]
    curve: LearningRateCurve | None = None

    @property
    def resolved(self) -> str:
        """The config as YAML, with every default filled in."""
        from nncli.config.writer import to_plain, to_yaml  # imported here, because it is rarely needed

        return to_yaml(to_plain(self.spec))

    @property
    def parameters(self) -> int:
        """The number of trainable parameters."""
        return self.resources.parameters

    @property
    def plan(self) -> ResourceEstimate:
        """The older name of `resources`."""
        return self.resources

    @property
    def looked_at(self) -> int | None:
        """The older name of `rows_read`."""
        return self.rows_read


def check(config: str | os.PathLike[str], settings: Sequence[str] = ()) -> CheckedConfig:
    """Validate a config and its data; only a sample of large data is read.

    Args:
        config: path of a YAML file.
        settings: KEY=VALUE pairs that override the file.

    Raises:
        ConfigError: with every problem and its place in the file.
        UserError: if the file cannot be read.
    """
    loaded = load_config(os.fspath(config), settings)
    splits, preprocessing = loaded.validation.splits, loaded.validation.preprocessing
    rows_read = sum(len(splits.readable(name)) for name in splits.named) if splits.is_sample else None
    notes = (*loaded.notes, *splits.notes, *dict.fromkeys(preprocessing.notes))
    curve = learning_rate_curve(loaded.spec, loaded.resources)
    return CheckedConfig(loaded.spec, loaded.rows, rows_read, loaded.resources, notes, curve)
