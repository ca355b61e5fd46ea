"""Repeat a run in memory, and compare every bit of its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nncli.assemble.session import Session
from nncli.core.errors import RunError
from nncli.lifecycle.data_changes import data_changes, fingerprint_files
from nncli.lifecycle.plugin_record import changed_plugins
from nncli.lifecycle.repetition_differences import repetition_differences
from nncli.lifecycle.run_description import current_environment
from nncli.lifecycle.run_events import Listener
from nncli.lifecycle.saved_results import SavedResults
from nncli.lifecycle.training_run import run_started_event
from nncli.runs.directory import RunDirectory
from nncli.runs.environment import environment_changes


@dataclass(frozen=True)
class Repetition:
    """The result of repeating a run.

    Args:
        path: path of the run directory.
        epochs: number of epochs that were repeated.
        steps: number of steps that were repeated.
        difference: a description of the first difference; empty if every bit is the same.
        compared: names of the files that have the same content in the repetition.
        environment_changes: changes since the run began, such as "numpy 2.4.5 is now 2.4.6".
    """

    path: str
    epochs: int
    steps: int
    difference: str
    compared: tuple[str, ...]
    environment_changes: tuple[str, ...]

    @property
    def surroundings(self) -> tuple[str, ...]:
        """The older name of `environment_changes`."""
        return self.environment_changes

    @property
    def same(self) -> bool:
        """Whether every bit is the same."""
        return not self.difference


def repeat_run(run: RunDirectory, session: Session, environment: Mapping[str, Any], listener: Listener) -> Repetition:
    """Train a session again up to the last checkpoint of its run; stop at the first difference and write nothing.

    Args:
        run: the run directory, with a checkpoint.
        session: a session of the run's resolved config.
        environment: the environment in which the run began.
        listener: receives every event.

    Raises:
        RunError: if the data have changed, or resolved.yaml is not the config of the run.
        CheckpointError: if a checkpoint is damaged.
    """
    if changed := data_changes(environment, fingerprint_files(session.files)):
        raise RunError(f"{run.path}: {changed}, so it cannot be repeated")
    saved = SavedResults.read(run, session)
    changes = [
        *environment_changes(dict(environment), current_environment(session)),
        *(f"the plugin {name} has changed" for name in changed_plugins(environment.get("plugins"), session.spec)),
    ]
    trainer, compared = session.trainer(), list[str]()
    end = saved.last[0]["trainer"]["epoch"] + 1
    trainer.settings = replace(trainer.settings, epochs=end, patience=None)  # neither of the two changes any weight
    listener(run_started_event(session, trainer, None))
    try:
        difference = next(repetition_differences(saved, session, trainer, compared, listener), "")
    finally:
        session.executor.close()
    return Repetition(run.path, trainer.epoch, trainer.step, difference, tuple(compared), tuple(changes))
