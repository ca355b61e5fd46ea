"""What goes into a checkpoint."""

from __future__ import annotations

import time
from typing import Any

import nncli
from nncli.assemble.session import Session
from nncli.config.resolved import plain
from nncli.runs import checkpoint
from nncli.training.trainer import Trainer

OPTIMIZER = "optimizer/"


def save_checkpoint(path: str, session: Session, trainer: Trainer) -> None:
    """Writes everything that predict and resume need.

    Raises:
        SaveError: where it cannot be written.
    """
    state = {OPTIMIZER + name: array for name, array in trainer.arrays().items()}
    checkpoint.save(path, session.network.named(), state, describe(session, trainer))


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
