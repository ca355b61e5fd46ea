"""Everything that can be known of a config before its first step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from nncli.config.resolved import plain, to_yaml
from nncli.workflows.prepare import prepare


@dataclass(frozen=True)
class Checked:
    """A config without problems.

    Args:
        resolved: the config as YAML with every default filled.
        rows: how many there are for training, validation and test.
        parameters: how many numbers are trained.
        notes: what the user should know.
    """

    resolved: str
    rows: dict[str, int]
    parameters: int
    notes: tuple[str, ...]


def check(config: str | os.PathLike[str], settings: Sequence[str] = ()) -> Checked:
    """Checks a config against itself and against its data.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that go over the file.

    Raises:
        ConfigError: with every problem, located.
        UserError: where the file cannot be read.
    """
    _, session = prepare(os.fspath(config), settings)
    return Checked(
        to_yaml(plain(session.spec)),
        session.rows,
        session.network.layout.trainable,
        tuple(session.notes),
    )
