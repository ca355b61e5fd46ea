"""The session: data, model, loss, optimizer and metrics of one run, ready to train."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from nncli.assemble.defaults import filled
from nncli.assemble.parts import Parts
from nncli.assemble.survey import Survey, survey
from nncli.assemble.targets import targets_of
from nncli.config.spec import Spec, Training
from nncli.core.errors import ConfigError, DataError
from nncli.core.types import Array, Shape
from nncli.data.batches import Dataset, TrainingBatches
from nncli.data.preprocessing import Preprocessing
from nncli.data.preprocessing.network_inputs import NetworkInputs
from nncli.data.rows import Rows
from nncli.data.weights.class_weights import class_weights
from nncli.data.weights.sample_weights import cast_weights
from nncli.nn.layer import Layer
from nncli.nn.loss import Loss
from nncli.nn.metric import Metric, names_of
from nncli.nn.network import Network
from nncli.nn.parameters import ParameterLayout
from nncli.nn.sequential import Sequential, fill_initializers
from nncli.optim.optimizer import Optimizer
from nncli.optim.penalty import Penalty
from nncli.optim.schedules.reduce_on_plateau import plateau_of
from nncli.training.average import WeightAverage
from nncli.training.events import Record
from nncli.training.executor import Executor
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau
from nncli.training.trainer import Settings, Trainer

LARGE = 10.0  # inputs or targets beyond this make many losses explode
ROWS_LOOKED_AT = 10_000  # where it is asked whether inputs are so large


@dataclass
class Session:
    """Everything that a run needs.

    Args:
        spec: with every default filled.
        preprocessing: fitted to the training rows.
        executor: with the network in it.
        train: the training rows.
        validation: or None.
        test: or None.
        notes: what the user should know, such as filled blanks.
        files: the data files that were read.
    """

    spec: Spec
    preprocessing: Preprocessing
    executor: Executor
    train: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None
    notes: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()

    @property
    def network(self) -> Network:
        """The model and its parameters."""
        return self.executor.network

    @property
    def rows(self) -> dict[str, int]:
        """How many rows there are for training, validation and test."""
        parts = {"training": self.train, "validation": self.validation, "test": self.test}
        return {name: len(part) for name, part in parts.items() if part is not None}

    def trainer(self) -> Trainer:
        """A trainer at the beginning of the run."""
        training = self.spec.training
        stopping = training.early_stopping
        return Trainer(
            self.executor,
            cast("Optimizer", self.spec.optimizer),
            TrainingBatches(self.train, training.batch_size, shuffle=training.shuffle, seed=self.spec.seed),
            self.validation,
            Settings(
                epochs=training.epochs,
                seed=self.spec.seed,
                batches_per_step=training.batches_per_step,
                clip_norm=training.clip_norm,
                on_nonfinite=training.on_nonfinite,
                patience=None if stopping is None else stopping.patience,
            ),
            self._monitor(training.checkpoint.monitor),
            None if stopping is None else self._monitor(stopping.monitor, stopping.min_delta),
            self._average(),
            self._plateau(),
        )

    def _average(self) -> WeightAverage | None:
        given, network = self.spec.training.weight_averaging, self.network
        if given is None:
            return None
        return WeightAverage(network.vector[: network.layout.trainable], given.decay, warmup=given.warmup)

    def _plateau(self) -> Plateau | None:
        waiting = plateau_of(self.spec.optimizer)
        if waiting is None:
            return None
        return Plateau(self._monitor(waiting.monitor, waiting.min_delta), waiting.patience, waiting.cooldown)

    def _monitor(self, column: str | None, min_delta: float = 0.0) -> Monitor:
        assert column is not None, "filled when the session was made"
        name = column.partition("_")[2]
        metrics = self.executor.metrics
        higher = any(
            known == name and metric.higher_is_better for known, metric in zip(names_of(metrics), metrics, strict=True)
        )
        return Monitor(column, higher, min_delta)

    def nothing_learnt(self, record: Record) -> str:
        """What may be wrong, where the training loss is above that of the best constant prediction; or nothing.

        The constant pays no penalty, because all of its weights are 0.
        """
        constant = self.executor.loss.of_constant(self.train.targets, self.train.weights)
        reached = record.get("train_loss", 0.0)
        if reached <= constant:
            return ""
        best = f"above the {constant:.4g} of the best constant prediction"
        paid = 0.0 if self.executor.penalty is None else self.executor.penalty.value()
        if reached - paid <= constant:
            loss = f"the training loss {reached:.4g} is {best}, which pays no penalty"
            return f"{loss}; the model pays {paid:.4g}: try less of training.penalty"
        without = f" without the penalty's {paid:.4g}" if paid else ""
        return f"the training loss {reached - paid:.4g}{without} is {best}; {self.explosion_hint()}"

    def explosion_hint(self) -> str:
        """What may help where numbers are no longer finite."""
        hints = []
        data, unscaled = self.spec.data, "none"
        scalable = self.network.model.input_check() is None  # otherwise the data are taken as they are
        largest = float(np.abs(self.train.inputs[:ROWS_LOOKED_AT]).max(initial=0)) if scalable else 0
        if largest > LARGE and data.scale_inputs.type_name == unscaled:
            hints.append(f"inputs reach {largest:g}: try data.scale_inputs: standard")
        scaled = self.preprocessing.classes is None and self.executor.loss.takes_scaled
        largest = float(np.abs(self.train.targets).max(initial=0)) if scaled else 0
        if largest > LARGE and data.scale_targets.type_name == unscaled:
            hints.append(f"targets reach {largest:g}: try data.scale_targets: standard")
        return "; ".join(hints) or "try a smaller optimizer.learning_rate, or training.clip_norm: 1"


def assemble(
    spec: Spec,
    parts: Parts | None = None,
    found: Survey | None = None,
    read: Mapping[str, Rows] = MappingProxyType({}),
) -> Session:
    """The session of a spec.

    Args:
        spec: what to run.
        parts: the rows, where they do not come from the spec's sources.
        found: the survey of the spec and all of its rows, where it was made already.
        read: sources that were read whole before, by their names.

    Raises:
        ConfigError: with every problem that shows when the model meets the data.
    """
    found = found or survey(vars(spec), parts, read=read)
    if found.problems:
        raise ConfigError(found.problems)
    parts, preprocessing = found.whole()
    spec = filled(spec, validated=parts.validation is not None)
    executor = make_executor(spec, preprocessing)
    weigh_classes(preprocessing, spec.training, found.prepared["train"].targets)
    datasets = {name: _dataset(executor, preprocessing, *ready) for name, ready in found.prepared.items()}
    notes = [*parts.notes, *dict.fromkeys(preprocessing.notes)]
    preprocessing.notes.clear()
    return Session(spec, preprocessing, executor, **datasets, notes=notes, files=parts.files)


def weigh_classes(preprocessing: Preprocessing, training: Training, targets: Array) -> None:
    """Sets the weights of the classes as the training section says, for these class numbers of the training rows."""
    given, classes = training.class_weight, preprocessing.classes
    preprocessing.class_weights = None
    if given is not None and classes is not None:
        preprocessing.class_weights = class_weights(given, classes, targets)


def make_executor(spec: Spec, preprocessing: Preprocessing, *, initialized: bool = True) -> Executor:
    """A new network of a spec with what computes it; all zeros where it is not `initialized`."""
    model = _model(spec)
    network = Network(model, preprocessing.input_shape, np.dtype(spec.dtype), spec.seed if initialized else None)
    given = cast("Loss", spec.loss)
    loss, depth = fused((preprocessing.several_labels and given.for_several_labels()) or given, model.layers)
    scaled = preprocessing.target_scaling is not None
    return Executor(
        network,
        loss,
        depth,
        cast("tuple[Metric, ...]", spec.metrics),
        preprocessing.original_targets if scaled else None,
        spec.training.threads,
        spec.training.batch_size,
        penalty_of(spec.training, network),
    )


def penalty_of(training: Training, network: Network) -> Penalty | None:
    """The penalty on a network's weights, as the training section says."""
    given = training.penalty
    if given is None:
        return None
    size = network.layout.trainable if given.biases else network.layout.decayed
    return Penalty(network.vector[:size], given.l1, given.l2)


def layout_of(spec: Spec, input_shape: Shape) -> ParameterLayout:
    """Which parameters the model of a spec has, without making them.

    Raises:
        ShapeError: where a layer does not fit what comes before it.
    """
    return ParameterLayout(_model(spec).parameters(input_shape), np.dtype(spec.dtype))


def _model(spec: Spec) -> Sequential:
    return Sequential(layers=tuple(fill_initializers(spec.model)))


def fused(loss: Loss, layers: Sequence[Layer]) -> tuple[Loss, int]:
    """(loss, how many layers come before it): a last activation that the loss absorbs is left to the loss."""
    if loss.absorbs is not None and layers and layers[-1].type_name == loss.absorbs:
        fields: dict[str, Any] = {"from_logits": True}
        return dataclasses.replace(loss, **fields), len(layers) - 1
    return loss, len(layers)


def labelled(rows: Rows, preprocessing: Preprocessing, executor: Executor) -> Dataset:
    """Rows with targets, treated as the training rows were.

    Raises:
        UserError: where they do not fit the model.
    """
    network = executor.network
    inputs = preprocessing.lazy_inputs(rows, network.dtype, network.model.input_check()).load()
    targets = targets_of(rows, preprocessing, executor.loss)
    return _dataset(executor, preprocessing, inputs, targets, rows.weights)


def _dataset(
    executor: Executor,
    preprocessing: Preprocessing,
    inputs: Array | NetworkInputs,
    targets: Array,
    weights: Array | None,
) -> Dataset:
    network = executor.network
    in_loss = weights
    if preprocessing.class_weights is not None:
        of_class = np.array(preprocessing.class_weights)[targets]
        in_loss = of_class if weights is None else weights * of_class
    with np.errstate(over="ignore"):
        encoded = executor.loss.encode(targets, network.shapes[-1], network.dtype)
    if not np.isfinite(encoded).all():
        raise DataError(f"a target is too large for {network.dtype}; try data.scale_targets: standard")
    return Dataset(inputs, encoded, None if in_loss is None else cast_weights(in_loss, network.dtype), weights)
