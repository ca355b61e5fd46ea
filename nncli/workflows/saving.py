"""What goes into a checkpoint."""

from __future__ import annotations

import time
from typing import Any

import nncli
from nncli.assemble.session import Session
from nncli.config.resolved import plain
from nncli.core.archives import reason
from nncli.core.errors import CheckpointError
from nncli.core.types import Array
from nncli.core.wording import cut
from nncli.nn.network import Network
from nncli.runs import checkpoint
from nncli.training.trainer import Trainer
from nncli.workflows.plugins import plugins_of
from nncli.workflows.stored_state import check_state


def save_checkpoint(path: str, session: Session, trainer: Trainer) -> None:
    """Writes everything that predict and resume need.

    Raises:
        SaveError: where it cannot be written.
    """
    checkpoint.save(path, session.network.named(), trainer.arrays(), describe(session, trainer))


def check_description(session: Session, trainer: Trainer) -> None:
    """Whether a checkpoint can hold what there is to say of the model; to be asked before training begins.

    Raises:
        SaveError: where that is more than can be read again.
    """
    names = (*session.network.named(), *(checkpoint.STATE + name for name in trainer.arrays()))
    checkpoint.check_meta(describe(session, trainer), names)


def restore_trainer(path: str, trainer: Trainer, meta: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Sets a trainer to where a checkpoint's was; the network's weights are not touched.

    Raises:
        CheckpointError: where the checkpoint does not hold a trainer's state of this model.
    """
    prefix = checkpoint.STATE
    state = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    try:
        check_state(trainer, meta["trainer"], state)
    except (LookupError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: its state does not fit the model ({reason(error)})") from None
    trainer.restore(meta["trainer"], state)


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
        CheckpointError: where one is missing, has another shape or dtype, or is not of this network.
    """
    named = network.named()
    strange = [name for name in arrays if name not in named and not name.startswith(checkpoint.STATE)]
    if strange:
        raise CheckpointError(f"{path}: the array {cut(strange[0])!r} is of another model than its config describes")
    for name, array in named.items():
        given = arrays.get(name)
        if given is None or given.shape != array.shape:
            found = "none" if given is None else given.shape
            raise CheckpointError(f"{path}: expected the array {name!r} of the shape {array.shape}; got {found}")
        if given.dtype.newbyteorder("=") != array.dtype:
            raise CheckpointError(f"{path}: expected the array {name!r} in {array.dtype}; got {given.dtype}")
        array[...] = given
