"""Check that the weights of a checkpoint fit a model, and load them into its network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from nncli.core.errors import CheckpointError
from nncli.core.text_format import truncate
from nncli.core.types import Array, Shape
from nncli.nn.network import Network
from nncli.nn.parameters import ParameterLayout
from nncli.runs import checkpoint

Form: TypeAlias = tuple[Shape, np.dtype[Any]]  # shape and dtype of an array


def check_weights(path: str, layout: ParameterLayout, described: Mapping[str, Any]) -> None:
    """Check that a checkpoint has the arrays of a model, before any array is read or the model is built.

    Args:
        path: path of the checkpoint, for messages.
        layout: layout of the model's parameters.
        described: descriptions of the arrays in meta.json.

    Raises:
        CheckpointError: if an array is missing, has another shape or dtype, or does not belong to this model.
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
    """Fill a network with a checkpoint's arrays, by name.

    Raises:
        CheckpointError: if an array is missing, has another shape or dtype, or does not belong to this network.
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
            f"{path}: the array {truncate(strange[0])!r} does not belong to the model that its config describes"
        )
    for name, (shape, dtype) in wanted.items():
        found = given.get(name)
        if found is None or found[0] != shape:
            came = "none" if found is None else found[0]
            raise CheckpointError(f"{path}: expected the array {name!r} of the shape {shape}; got {came}")
        if found[1].newbyteorder("=") != dtype:
            raise CheckpointError(f"{path}: expected the array {name!r} in {dtype}; got {found[1]}")
