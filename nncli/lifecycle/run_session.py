"""Build the session of an existing run from its resolved config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nncli.assemble.load_config import load_config
from nncli.assemble.session import Session
from nncli.config.overrides import COMMAND_LINE_ORIGIN
from nncli.core.errors import ConfigError, RunError
from nncli.lifecycle.config_changes import may_change
from nncli.lifecycle.data_changes import changed_data_files
from nncli.lifecycle.next_command import NEW_RUN
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import RESOLVED


def session_of_run(run: RunDirectory, settings: Sequence[str], environment: Mapping[str, Any]) -> Session:
    """Build the session of a run's resolved config, with settings that override it.

    Args:
        run: the run directory.
        settings: KEY=VALUE pairs.
        environment: the environment in which the run began.

    Raises:
        RunError: if the config does not fit its data files any more, because they have changed.
        ConfigError: if the config itself cannot be used.
    """
    try:
        return load_config(run.file(RESOLVED), settings, resolved=True).session()
    except ConfigError as error:
        if changed := changed_data_files(environment):
            raise RunError(f"{run.path}: {changed}; {NEW_RUN}") from None
        fixed = [setting for setting in settings if not may_change(setting.partition("=")[0])]
        mistyped = any(problem.place == COMMAND_LINE_ORIGIN for problem in error.problems)
        if fixed and not mistyped:
            raise RunError(f"{run.path}: a resumed run must not change {', '.join(fixed)}; {NEW_RUN}") from None
        raise
