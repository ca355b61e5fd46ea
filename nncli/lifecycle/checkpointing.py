"""Save checkpoints: when they are due, their file names, and the contents of meta.json."""

from __future__ import annotations

import time
from typing import Any

from nncli.assemble.session import Session
from nncli.config.spec import Checkpoint
from nncli.config.writer import to_plain
from nncli.lifecycle.plugin_record import used_plugins
from nncli.runs import checkpoint
from nncli.runs.checkpoint_meta import Meta
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import BEST, LAST
from nncli.training.trainer import Trainer
from nncli.version import __version__


def save_checkpoint(path: str, session: Session, trainer: Trainer) -> None:
    """Write a checkpoint with everything that prediction and resuming need.

    Args:
        path: path of the file.
        session: the session that is trained.
        trainer: the trainer of the session.

    Raises:
        SaveError: if the file cannot be written.
    """
    weights = session.network.layout.named(trainer.prediction_parameters)
    checkpoint.save(path, weights, trainer.arrays(), make_meta(session, trainer))


def save_last_checkpoint(session: Session, trainer: Trainer, run: RunDirectory) -> None:
    """Write last.npz.

    Raises:
        SaveError: if the file cannot be written.
        NonFiniteError: if the weights are not finite; the previous checkpoint stays.
    """
    trainer.check_weights()
    save_checkpoint(run.checkpoint(LAST), session, trainer)


def link_checkpoints(session: Session, trainer: Trainer, run: RunDirectory) -> None:
    """Link last.npz as best.npz and as epoch-E-step-S.npz if they are due; repeated calls change nothing.

    Raises:
        SaveError: if a link cannot be made.
    """
    settings = session.spec.training.checkpoint
    if trainer.epoch and not trainer.step_in_epoch and epoch_is_due(trainer, settings):
        run.checkpoints.keep_last(trainer.epoch, trainer.step, settings.keep)
    if is_best_state(trainer):
        run.checkpoints.link(LAST, BEST)


def epoch_is_due(trainer: Trainer, settings: Checkpoint) -> bool:
    """Whether the settings ask for a checkpoint after this epoch."""
    return trainer.ended or trainer.epoch % settings.every_epochs == 0


def is_best_state(trainer: Trainer) -> bool:
    """Whether the trainer is at the end of the best epoch so far."""
    return not trainer.step_in_epoch and 0 < trainer.epoch == trainer.best_monitor.best_epoch


def check_meta_size(session: Session, trainer: Trainer) -> None:
    """Check, before training begins, that meta.json will not be too large.

    Raises:
        SaveError: if meta.json would be larger than `checkpoint.load` accepts.
    """
    names = (*session.network.named(), *(checkpoint.STATE + name for name in trainer.arrays()))
    checkpoint.check_meta_size(make_meta(session, trainer), names)


def make_meta(session: Session, trainer: Trainer) -> Meta:
    """Return the values of meta.json: config, layers, preprocessing, latest metrics and the trainer's state."""
    preprocessing = session.preprocessing
    plugins = [{key: plugin[key] for key in ("name", "sha256", "registers")} for plugin in used_plugins(session.spec)]
    return {
        "nncli_version": __version__,
        "name": session.spec.name,
        "config": to_plain(session.spec),
        "plugins": plugins,
        "input_shape": list(session.network.input_shape),
        "layers": _describe_layers(session),
        "class_names": preprocessing.task.classes,
        "feature_names": preprocessing.feature_names,
        "target_names": preprocessing.task.target_names,
        "preprocessing": preprocessing.state(),
        "rows": session.rows,
        "best": trainer.best_record,
        "last": trainer.last_record,
        "epoch": trainer.epoch,
        "step": trainer.step,
        "trainer": trainer.state(),
        "saved": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _describe_layers(session: Session) -> list[dict[str, Any]]:
    network = session.network
    names = network.layout.named(network.vector)
    return [
        {
            "name": name,
            "type": layer.type_name,
            "output_shape": list(shape),
            "parameters": sum(array.size for key, array in names.items() if key.startswith(f"{name}.")),
        }
        for (name, layer), shape in zip(network.model.children().items(), network.shapes[1:], strict=True)
    ]
