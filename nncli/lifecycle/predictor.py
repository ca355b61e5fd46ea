"""Load a trained model from a checkpoint, and predict from raw input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from nncli.assemble.labelled_data import labelled_dataset
from nncli.assemble.make_executor import make_executor, parameter_layout
from nncli.config.spec import Spec
from nncli.core.errors import CheckpointError, NncliError, UserError
from nncli.core.types import Array
from nncli.data.batches import Dataset
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.lifecycle.checkpoint_spec import checkpoint_spec
from nncli.lifecycle.checkpoint_weights import check_weights, set_weights
from nncli.lifecycle.plugin_record import changed_plugins
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.input_check import input_check
from nncli.nn.loss import Loss, classes_of, labels_of
from nncli.runs import checkpoint
from nncli.runs.checkpoint_meta import Meta
from nncli.runs.locate_checkpoint import checkpoint_path
from nncli.training.executor import Executor
from nncli.training.trainer import EVALUATION_ROWS

PREDICTION_ROWS = 256  # rows per batch of predictions


@dataclass
class Predictor:
    """A trained model with its preprocessing, which predicts from raw input.

    Args:
        path: path of the checkpoint.
        spec: the spec that the model was trained with.
        preprocessing: the preprocessing, fitted to the training rows.
        executor: the executor, which has the network.
        meta: the checkpoint's meta.json.
        state: the checkpoint's arrays.
    """

    path: str
    spec: Spec
    preprocessing: Preprocessing
    executor: Executor
    meta: Meta = field(default_factory=dict)
    state: dict[str, Array] = field(default_factory=dict)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns that `columns` returns."""
        preprocessing = self.preprocessing
        if preprocessing.task.classes is not None:
            return preprocessing.task.classes
        units = int(np.prod(self.executor.network.shapes[-1]))
        names = preprocessing.task.target_names
        return names if len(names) == units else tuple(f"output_{index}" for index in range(units))

    def read(self, source: Source, *, targets: bool) -> Rows:
        """Return the rows of a source; columns that were text in training are read as text."""
        texts = [column.name for column in self.preprocessing.columns if column.kind == "category"]
        return source.read_like(texts, targets=targets)

    def predict(self, rows: Rows, batch_size: int = PREDICTION_ROWS) -> Iterator[Array]:
        """Yield predictions batch by batch, in original units: (n, *output shape).

        Raises:
            UserError: if the batch size is below 1.
            DataError: if a row cannot be used.
        """
        if batch_size < 1:
            raise UserError(f"batch_size: expected a whole number of at least 1; got {batch_size}")
        network = self.executor.network
        inputs = self.preprocessing.lazy_inputs(rows, network.dtype, input_check(network.model))
        with self.executor.blas(min(batch_size, len(rows))):
            for start in range(0, len(rows), batch_size):
                yield self.executor.predict(inputs[start : start + batch_size])

    def columns(self, prediction: Array) -> Array:
        """Return predictions as (n, columns): one column per class, label or target.

        The output of a single sigmoid unit, the probability of the second class, becomes two columns.
        """
        flat = prediction.reshape(len(prediction), -1)
        if self.preprocessing.task.classes is not None and flat.shape[1] == 1:
            return np.concatenate((1 - flat, flat), axis=1)
        return flat

    def class_names(self, prediction: Array) -> list[str]:
        """Return the most likely class of every row.

        Raises:
            CheckpointError: if the model is not a classifier.
        """
        classes = self.preprocessing.task.classes
        if self.preprocessing.task.is_multi_label:
            raise CheckpointError(f"{self.path}: a multi-label model, which has no classes")
        if classes is None:
            raise CheckpointError(f"{self.path}: a regression model, which has no classes")
        return [classes[index] for index in classes_of(prediction)]

    def labels(self, prediction: Array) -> Array:
        """Return 0 or 1 for every label of a multi-label model: (n, labels) integers.

        Raises:
            CheckpointError: if the model is not a multi-label model.
        """
        if not self.preprocessing.task.is_multi_label:
            raise CheckpointError(f"{self.path}: not a multi-label model")
        return labels_of(prediction)

    def dataset(self, rows: Rows) -> Dataset:
        """Return labelled rows as inputs and targets of the network."""
        return labelled_dataset(rows, self.preprocessing, self.executor)

    def evaluate(self, dataset: Dataset) -> dict[str, float]:
        """Return the loss and the metrics of labelled rows."""
        return self.tally(dataset, RunningMetrics(self.executor.metrics)).results()

    def tally(self, dataset: Dataset, tally: RunningMetrics) -> RunningMetrics:
        """Evaluate labelled rows, add the results to a tally and return the tally."""
        with self.executor.blas():
            return self.executor.evaluate(dataset.batches(EVALUATION_ROWS), tally)


def load_predictor(path: str, *, state: bool = False) -> Predictor:
    """Load the model of a checkpoint, or of a run directory's best checkpoint.

    Args:
        path: path of the checkpoint or the run directory.
        state: whether to also read the arrays that only training needs.

    Raises:
        CheckpointError: if the checkpoint is missing, damaged or not an nncli checkpoint.
    """
    path = checkpoint_path(path)
    made: tuple[Spec, Preprocessing, Executor] | None = None

    def build_model(meta: Meta) -> None:
        nonlocal made
        made = _build_model(path, meta)

    meta, arrays = checkpoint.load(path, state=state, check_meta=build_model)
    assert made is not None
    spec, preprocessing, executor = made
    set_weights(path, executor.network, arrays)
    for name in changed_plugins(meta.get("plugins"), spec):
        preprocessing.notes.append(f"the plugin {name} is not the same as in training")
    return Predictor(path, spec, preprocessing, executor, meta, arrays)


def _build_model(path: str, meta: Meta) -> tuple[Spec, Preprocessing, Executor]:
    """Build the model that meta.json describes, with weights of zero."""
    spec = checkpoint_spec(path, meta)
    try:
        preprocessing = Preprocessing.restore(meta["preprocessing"], cast("Loss", spec.loss).target_kind)
        check_weights(path, parameter_layout(spec, preprocessing.input_shape), meta["arrays"])
        executor = make_executor(spec, preprocessing, initialized=False)
        preprocessing.check(executor.network.shapes[-1])
        if preprocessing.task.is_multi_label and not cast("Loss", spec.loss).supports_multi_label:
            raise ValueError(f"{spec.loss} cannot train a multi-label model")
    except CheckpointError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, NncliError) as error:
        raise CheckpointError(f"{path}: its meta.json does not describe a model ({error!r})") from None
    return spec, preprocessing, executor
