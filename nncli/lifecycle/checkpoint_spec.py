"""Build the spec that a checkpoint was trained with."""

from __future__ import annotations

from typing import cast

from nncli.config.spec import Spec
from nncli.core.builder import Builder
from nncli.core.errors import CheckpointError, ConfigError
from nncli.lifecycle.plugin_record import missing_plugins
from nncli.optim.schedules.reduce_on_plateau import plateau_of
from nncli.runs.checkpoint_meta import Meta


def checkpoint_spec(path: str, meta: Meta) -> Spec:
    """Return the spec that a checkpoint was trained with.

    Args:
        path: path of the checkpoint, for messages.
        meta: the checkpoint's meta.json.

    Raises:
        CheckpointError: if a plugin is missing or the spec cannot be built.
    """
    missing = missing_plugins(meta.get("plugins"))
    if missing:
        raise CheckpointError(f"{path}: {missing}")
    config = meta.get("config")
    builder = Builder()
    try:
        spec = cast("Spec", builder.make(Spec, config if isinstance(config, dict) else {}, ()))
    except ConfigError as error:
        raise CheckpointError(f"{path}: its config cannot be used: {error}") from None
    if builder.problems:
        raise CheckpointError(f"{path}: its config cannot be used: {builder.problems[0]}")
    training = spec.training
    if any(
        part and part.monitor is None
        for part in (training.checkpoint, training.early_stopping, plateau_of(spec.optimizer))
    ):
        raise CheckpointError(f"{path}: its config cannot be used: it lacks a default monitor")
    return spec
