"""Check that a run resumes as the same run: same config, data and plugins."""

from __future__ import annotations

from nncli.assemble.session import Session
from nncli.config.spec import Spec
from nncli.core.errors import RunError
from nncli.lifecycle.config_changes import config_changes, config_identity
from nncli.lifecycle.data_changes import data_changes, fingerprint_files
from nncli.lifecycle.next_command import NEW_RUN
from nncli.lifecycle.plugin_record import changed_plugins
from nncli.lifecycle.run_description import read_environment
from nncli.lifecycle.schedule_length import length_change
from nncli.runs.checkpoint_meta import Meta
from nncli.runs.directory import RunDirectory


def check_same_run(run: RunDirectory, session: Session, meta: Meta, before: Spec) -> None:
    """Check that a session has the config, data and plugins of a checkpoint's run.

    Args:
        run: the run directory.
        session: the session that would continue the run.
        meta: the checkpoint's meta.json.
        before: the checkpoint's spec.

    Raises:
        RunError: if data, plugins or settings that must stay the same have changed.
    """
    changed_data = data_changes(read_environment(run), fingerprint_files(session.files))
    old, new = config_identity(before), config_identity(session.spec)
    if found := config_changes(old, new, same_data=True):
        length = length_change(before, session.spec)
        if length and len(found) == 1:
            raise RunError(f"{run.path}: {length}")
        listing = "; ".join(config_changes(old, new, same_data=not changed_data))
        raise RunError(
            f"{run.path}: the config has changed in settings that a resumed run must keep: {listing}; {NEW_RUN}"
        )
    if changed_data:
        raise RunError(f"{run.path}: {changed_data}; {NEW_RUN}")
    changed = changed_plugins(meta.get("plugins"), session.spec)
    if changed:
        what = f"the plugin {', '.join(changed)} has changed since the run began"
        raise RunError(f"{run.path}: {what}; resume with the unchanged plugin, or {NEW_RUN}")
