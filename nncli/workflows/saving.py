"""What goes into a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

import nncli
from nncli.assemble.session import Session
from nncli.config.writer import to_plain
from nncli.core.errors import CheckpointError
from nncli.core.text_format import truncate
from nncli.core.types import Array, Shape
from nncli.core.untrusted_files import summarize_error
from nncli.nn.network import Network
from nncli.nn.parameters import ParameterLayout
from nncli.runs import checkpoint
from nncli.training.trainer import Trainer
from nncli.workflows.plugins import plugins_of
from nncli.workflows.stored_state import check_state

Form: TypeAlias = tuple[Shape, np.dtype[Any]]


def save_checkpoint(path: str, session: Session, trainer: Trainer) -> None:
    """Writes everything that predict and resume need.

    Raises:
        SaveError: where it cannot be written.
    """
    weights = session.network.layout.named(trainer.predicting)
    checkpoint.save(path, weights, trainer.arrays(), describe(session, trainer))


def check_description(session: Session, trainer: Trainer) -> None:
    """Whether a checkpoint can hold what there is to say of the model; to be asked before training begins.

    Raises:
        SaveError: where that is more than can be read again.
    """
    names = (*session.network.named(), *(checkpoint.STATE + name for name in trainer.arrays()))
    checkpoint.check_meta(describe(session, trainer), names)


def restore_trainer(path: str, trainer: Trainer, meta: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Sets a trainer to where a checkpoint's was, whose weights are in its network already.

    Where these are averaged, they make way for those that training goes on with.

    Raises:
        CheckpointError: where the checkpoint does not hold a trainer's state of this model.
    """
    check_trainer(path, trainer, meta, arrays)
    trainer.restore(meta["trainer"], _state(arrays))


def check_trainer(path: str, trainer: Trainer, meta: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Looks whether a checkpoint holds a state that a trainer can go on from; changes nothing.

    Raises:
        CheckpointError: where it does not.
    """
    try:
        check_state(trainer, meta["trainer"], _state(arrays))
    except (LookupError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: its state does not fit the model ({summarize_error(error)})") from None


def _state(arrays: dict[str, Array]) -> dict[str, Array]:
    prefix = checkpoint.STATE
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


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
        "config": to_plain(session.spec),
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


def check_weights(path: str, layout: ParameterLayout, described: Mapping[str, Any]) -> None:
    """Looks whether a checkpoint's arrays are those of a model, before any is read or the model is made.

    Args:
        path: of the checkpoint.
        layout: of the model's parameters.
        described: what meta.json says of the arrays.

    Raises:
        CheckpointError: where one is missing, has another shape or dtype, or is not of this model.
    """
    try:
        given = {
            name: (tuple(form["shape"]), np.dtype(form["dtype"]))
            for name, form in described.items()
            if not name.startswith(checkpoint.STATE)
        }
    except (LookupError, TypeError, ValueError):
        raise CheckpointError(f"{path}: its meta.json does not describe its arrays") from None
    _check_forms(path, {slot.name: (slot.spec.shape, layout.dtype) for slot in layout.slots}, given)


def set_weights(path: str, network: Network, arrays: Mapping[str, Array]) -> None:
    """Fills a network from a checkpoint's arrays, by name.

    Raises:
        CheckpointError: where one is missing, has another shape or dtype, or is not of this network.
    """
    named = network.named()
    weights = {name: array for name, array in arrays.items() if not name.startswith(checkpoint.STATE)}
    _check_forms(path, _forms(named), _forms(weights))
    for name, array in named.items():
        array[...] = weights[name]


def _forms(arrays: Mapping[str, Array]) -> dict[str, Form]:
    return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def _check_forms(path: str, wanted: Mapping[str, Form], given: Mapping[str, Form]) -> None:
    if strange := [name for name in given if name not in wanted]:
        raise CheckpointError(
            f"{path}: the array {truncate(strange[0])!r} is of another model than its config describes"
        )
    for name, (shape, dtype) in wanted.items():
        found = given.get(name)
        if found is None or found[0] != shape:
            came = "none" if found is None else found[0]
            raise CheckpointError(f"{path}: expected the array {name!r} of the shape {shape}; got {came}")
        if found[1].newbyteorder("=") != dtype:
            raise CheckpointError(f"{path}: expected the array {name!r} in {dtype}; got {found[1]}")
