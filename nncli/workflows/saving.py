"""What goes into a checkpoint."""

from __future__ import annotations

import time
from typing import Any

import nncli
from nncli.assemble.session import Session
from nncli.config.resolved import plain
from nncli.core.errors import CheckpointError
from nncli.core.types import Array
from nncli.nn.network import Network
from nncli.runs import checkpoint
from nncli.training.trainer import Trainer
from nncli.workflows.plugins import plugins_of


def save_checkpoint(path: str, session: Session, trainer: Trainer) -> None:
    """Writes everything that predict and resume need.

    Raises:
        SaveError: where it cannot be written.
    """
    checkpoint.save(path, session.network.named(), trainer.arrays(), describe(session, trainer))


def restore_trainer(trainer: Trainer, meta: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Sets a trainer to where a checkpoint's was; the network's weights are not touched.

    Raises:
        CheckpointError: where the checkpoint does not hold a trainer's state of this model.
    """
    prefix = checkpoint.STATE
    state = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    try:
        trainer.restore(meta["trainer"], state)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"its state does not fit the model ({error!r})") from None


def describe(session: Session, trainer: Trainer) -> dict[str, Any]:
    """The checkpoint's meta.json: config, layers, preprocessing, metrics so far and the trainer's state."""
    network, preprocessing = session.network, session.preprocessing
    names = network.layout.named(network.vector)
    layers = [
        {
            "name": name,
            "type": layer.type_name,
            "output_shape": list(shape),
            "parameters": sum(array.size for key, array in names.items() if key.startswith(f"{name}.")),
        }
        for (name, layer), shape in zip(network.model.children().items(), network.shapes[1:], strict=True)
    ]
    return {
        "nncli_version": nncli.__version__,
        "name": session.spec.name,
        "config": plain(session.spec),
        "plugins": [
            {key: plugin[key] for key in ("name", "sha256", "registers")} for plugin in plugins_of(session.spec)
        ],
        "input_shape": list(network.input_shape),
        "layers": layers,
        "class_names": preprocessing.classes,
        "feature_names": preprocessing.feature_names,
        "target_names": preprocessing.target_names,
        "preprocessing": preprocessing.state(),
        "rows": session.rows,
        "best": trainer.best_record,
        "last": trainer.last_record,
        "epoch": trainer.epoch,
        "step": trainer.step,
        "trainer": trainer.state(),
        "saved": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def set_weights(path: str, network: Network, arrays: dict[str, Array]) -> None:
    """Fills a network from a checkpoint's arrays, by name.

    Raises:
        CheckpointError: where one is missing or has another shape.
    """
    for name, array in network.named().items():
        if name not in arrays or arrays[name].shape != array.shape:
            given = f"{arrays[name].shape}" if name in arrays else "none"
            raise CheckpointError(f"{path}: expected the array {name!r} of the shape {array.shape}; got {given}")
        array[...] = arrays[name]
