"""Make datasets of labelled rows: preprocessed inputs, encoded targets and weights."""

from __future__ import annotations

import numpy as np

from nncli.assemble.prepared_targets import prepare_targets
from nncli.config.spec import Training
from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.batches import Dataset
from nncli.data.preprocessing import Preprocessing
from nncli.data.preprocessing.network_inputs import NetworkInputs
from nncli.data.rows import Rows
from nncli.data.weights.class_weights import class_weights
from nncli.data.weights.sample_weights import cast_weights
from nncli.nn.input_check import input_check
from nncli.training.executor import Executor


def labelled_dataset(rows: Rows, preprocessing: Preprocessing, executor: Executor) -> Dataset:
    """Return rows with targets as a dataset, preprocessed like the training rows.

    Args:
        rows: the rows.
        preprocessing: the preprocessing, fitted to the training rows.
        executor: the executor of the model.

    Raises:
        UserError: if the rows do not fit the model.
    """
    network = executor.network
    inputs = preprocessing.lazy_inputs(rows, network.dtype, input_check(network.model)).load()
    targets = prepare_targets(rows, preprocessing, executor.loss)
    return make_dataset(executor, preprocessing, inputs, targets, rows.weights)


def make_dataset(
    executor: Executor,
    preprocessing: Preprocessing,
    inputs: Array | NetworkInputs,
    targets: Array,
    weights: Array | None,
) -> Dataset:
    """Return a dataset of preprocessed inputs and targets.

    Args:
        executor: the executor, whose loss encodes the targets.
        preprocessing: the preprocessing, whose class weights multiply the weights of the rows in the loss.
        inputs: (n, *input shape).
        targets: (n, ...) as `prepare_targets` returns them.
        weights: (n,) weight of each row; None if all are 1.

    Raises:
        DataError: if a target is too large for the dtype of the network.
    """
    network = executor.network
    loss_weights = weights
    if preprocessing.class_weights is not None:
        of_class = np.array(preprocessing.class_weights)[targets]
        loss_weights = of_class if weights is None else weights * of_class
    with np.errstate(over="ignore"):
        encoded = executor.loss.encode(targets, network.shapes[-1], network.dtype)
    if not np.isfinite(encoded).all():
        raise DataError(f"a target is too large for {network.dtype}; try data.scale_targets: standard")
    if loss_weights is not None:
        loss_weights = cast_weights(loss_weights, network.dtype)
    return Dataset(inputs, encoded, loss_weights, weights)


def set_class_weights(preprocessing: Preprocessing, training: Training, targets: Array) -> None:
    """Set the class weights of the preprocessing to those of the training section.

    Args:
        preprocessing: changed in place.
        training: the training section.
        targets: (n,) class indices of the training rows, from which balanced weights are computed.
    """
    given, classes = training.class_weight, preprocessing.task.classes
    preprocessing.class_weights = None
    if given is not None and classes is not None:
        preprocessing.class_weights = class_weights(given, classes, targets)
