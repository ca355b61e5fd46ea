"""The spec: all settings of a run as typed objects, with every default filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Interval, MinLen

from nncli.core.checked import Checked, Registered
from nncli.core.fields import field_types
from nncli.core.registry import LAYERS, LOSSES, METRICS, OPTIMIZERS, SCALERS, SOURCES
from nncli.core.types import DTypeName

SPLITS = ("train", "validation", "test")
INHERITS_FROM_TRAIN = "inherits from train"  # marks annotations of sources that inherit keys of the train source


@dataclass(frozen=True)
class Fraction(Checked):
    """A fraction of the rows of the train source. If the source has groups, all rows of a group stay together.

    Args:
        fraction: share of the rows, above 0 and below 1.
        stratify: whether to take the same share of the rows of every class.
        split: random, for rows drawn with the seed; or tail, for the last rows, if the rows are ordered by time.
    """

    fraction: Annotated[float, Interval(gt=0, lt=1)]
    stratify: bool = False
    split: Literal["random", "tail"] = "random"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Yield a conflict if `stratify` is combined with `split: tail`."""
        if self.stratify and self.split == "tail":
            yield "stratify", "split: tail takes the last rows, whatever their classes; drop one of the two"


@dataclass(frozen=True)
class Data(Checked):
    """The data of a run.

    Args:
        train: source of the training rows.
        validation: source, or a fraction of train, to evaluate after every epoch; default none.
        test: source, or a fraction of train, to evaluate once at the end with the best weights; default none.
        scale_inputs: scaling of the inputs, fitted on the training rows only; default none.
        scale_targets: scaling of the targets of a regression, undone in predictions and metrics; default none.
    """

    train: Annotated[Registered, SOURCES]
    validation: Fraction | Annotated[Registered, SOURCES, INHERITS_FROM_TRAIN] | None = None
    test: Fraction | Annotated[Registered, SOURCES, INHERITS_FROM_TRAIN] | None = None
    scale_inputs: Annotated[Registered, SCALERS] = "none"  # type: ignore[assignment]  # becomes the scaler
    scale_targets: Annotated[Registered, SCALERS] = "none"  # type: ignore[assignment]

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Let validation and test sources inherit the keys of the train source, except for files."""
        train = values.get("train")
        if not isinstance(train, Mapping):
            return values
        inherited = {name: inherit_from_train(values[name], train) for name in ("validation", "test") if name in values}
        return values | inherited


def inherit_from_train(given: Any, train: Mapping[str, Any]) -> Any:
    """Return the mapping of a source with the keys that it inherits from the train source: all except file names.

    Args:
        given: the validation or test source as the user wrote it.
        train: the mapping of the train source.
    """
    if not isinstance(given, Mapping) or "fraction" in given:
        return given
    kind, given_kind = _kind(train), _kind(given)
    if given_kind is None and not set(given) & ({"path"} if kind is None else set(field_types(kind))):
        return given  # not a source; this mistake is reported when the source is built
    if kind is not None and given_kind not in (None, kind):
        return {key: train[key] for key in ("classes",) if key in train} | dict(given)
    # if the class of the train source is unknown, only `dataset` and `path` can be file names
    files = {"dataset", *(("path",) if kind is None else kind.path_fields(train))}
    return {key: value for key, value in train.items() if key not in files} | dict(given)


def _kind(values: Mapping[str, Any]) -> type[Registered] | None:
    """Return the class of the source that a mapping describes, or None."""
    if "type" in values:
        return SOURCES.find(str(values["type"]))
    return SOURCES.find_by_keys(values)


@dataclass(frozen=True)
class EarlyStopping(Checked):
    """Stop training when a monitored value has not improved for some epochs.

    Args:
        monitor: column of metrics.csv to watch; default val_loss, or train_loss without validation rows.
        patience: number of epochs without improvement after which to stop, at least 1.
        min_delta: an improvement counts only if it is larger than this number; at least 0.
    """

    monitor: str | None = None
    patience: Annotated[int, Ge(1)] = 10
    min_delta: Annotated[float, Ge(0)] = 0.0


@dataclass(frozen=True)
class Checkpoint(Checked):
    """When to save checkpoints.

    Args:
        monitor: column of metrics.csv that selects the best checkpoint; default val_loss, or train_loss without
            validation rows.
        every_epochs: number of epochs after which to save the current state, at least 1.
        every_steps: number of steps after which to save the current state as well, at least 1; default only at the end
            of epochs.
        keep: number of most recent states to keep, at least 1.
    """

    monitor: str | None = None
    every_epochs: Annotated[int, Ge(1)] = 1
    every_steps: Annotated[int, Ge(1)] | None = None
    keep: Annotated[int, Ge(1)] = 1


@dataclass(frozen=True)
class Penalty(Checked):
    """A penalty on large weights (L1 and L2 regularization) that is added to the loss.

    loss = mean loss of the rows + l1 * sum |w| + l2 * sum w^2

    The gradient is the gradient of this sum, and clip_norm limits its norm; the derivative of |w| at 0 is taken as 0.
    All reported losses include the penalty: val_loss, the test loss and the loss of evaluate include the penalty of the
    evaluated weights, and train_loss includes the mean penalty over the steps of the epoch. Metrics do not include the
    penalty, so a metric such as log_loss or rmse measures only the predictions.

    As in Keras, there is no factor 1/2: for plain gradient descent, l2: 1e-4 equals weight_decay=2e-4 in PyTorch, and
    alpha of scikit-learn's MLPClassifier equals 2 * l2 * batch_size.

    Args:
        l1: factor of the sum of absolute weights, at least 0; it moves weights of little use to about 0.
        l2: factor of the sum of squared weights, at least 0; it shrinks large weights most.
        biases: whether to penalize biases and the scale and shift of normalization layers as well.
    """

    l1: Annotated[float, Ge(0)] = 0.0
    l2: Annotated[float, Ge(0)] = 0.0
    biases: bool = False

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Yield a conflict if both factors are 0."""
        if not self.l1 and not self.l2:
            yield "l2", "a penalty wants an l1 or l2 above 0, such as l2: 1e-4; or drop it"


@dataclass(frozen=True)
class WeightAveraging(Checked):
    """Predict with an exponential moving average of the weights instead of the weights of the last step.

    a <- decay * a + (1 - decay) * w after every step; a = w after the first step

    This is the average of PyTorch's AveragedModel with get_ema_multi_avg_fn. It reduces the noise of the last steps,
    and covers about 1 / (1 - decay) steps; a run should have several times as many steps. With warmup, decay is
    replaced by min(decay, (1 + t) / (10 + t)), where t is the number of steps averaged so far, so that the first steps
    have less weight in short runs and in the first epochs.

    Validation, checkpoints, the test and predictions use the averaged weights. Training continues with the weights of
    its last step, and train_loss and the train_ metrics are measured with these weights. Only trainable parameters are
    averaged; the running statistics of batch normalization are not.

    Args:
        decay: weight of the old average in each step, above 0 and below 1.
        warmup: whether to start with a smaller decay.
    Reference: Polyak and Juditsky, SIAM J. Control Optim. 30 (1992), 838-855.
    """

    decay: Annotated[float, Interval(gt=0, lt=1)] = 0.999
    warmup: bool = False


@dataclass(frozen=True)
class Training(Checked):
    """The settings of training.

    Args:
        epochs: number of passes over the training rows, at least 1.
        batch_size: rows per batch, at least 1; the last batch of an epoch may have fewer.
        batches_per_step: batches per step (gradient accumulation), at least 1. A step has the same result as one
            batch of all these rows, but needs only the memory of one of the batches. The last step of an epoch may have
            fewer batches. Checkpoints are saved between steps. Batch normalization normalizes each batch separately and
            updates its running statistics once per batch.
        shuffle: whether to shuffle the training rows in every epoch.
        clip_norm: maximum global norm of the gradient, above 0; default no limit.
        penalty: penalty on large weights that is added to the loss; default none.
        weight_averaging: predict with a moving average of the weights; default with the weights of the last step.
        early_stopping: when to stop before the last epoch; default never.
        checkpoint: when to save checkpoints.
        on_nonfinite: what to do if a loss or gradient is not finite: stop the run, or skip the step, up to 100 steps
            per run.
        class_weight: weight of the rows of each class in the loss: balanced, which is rows / (classes * rows of the
            class), or a mapping of classes to weights above 0, such as {spam: 1, ham: 0.2}; default 1. Metrics do
            not use it.
        threads: number of threads to compute with, at least 1; default all cores.
    """

    epochs: Annotated[int, Ge(1)] = 10
    batch_size: Annotated[int, Ge(1)] = 32
    batches_per_step: Annotated[int, Ge(1)] = 1
    shuffle: bool = True
    clip_norm: Annotated[float, Gt(0)] | None = None
    penalty: Penalty | None = None
    weight_averaging: WeightAveraging | None = None
    early_stopping: EarlyStopping | None = None
    checkpoint: Checkpoint = Checkpoint()
    on_nonfinite: Literal["stop", "skip"] = "stop"
    class_weight: Literal["balanced"] | dict[str, Annotated[float, Gt(0)]] | None = None
    threads: Annotated[int, Ge(1)] | None = None


@dataclass(frozen=True, kw_only=True)
class Spec(Checked):
    """A complete config.

    Args:
        name: name of the run; default the name of the file without its ending.
        seed: seed of all random numbers, at least 0.
        dtype: data type of parameters and computations.
        data: the data of the run.
        model: the layers in order.
        loss: the loss to minimize.
        optimizer: the optimizer that minimizes the loss.
        metrics: what to measure besides the loss.
        training: epochs, batches, checkpoints and other settings of training.
    """

    name: str | None = None
    seed: Annotated[int, Ge(0)] = 0
    dtype: DTypeName = "float32"
    data: Data
    model: Annotated[tuple[Annotated[Registered, LAYERS], ...], MinLen(1)]
    loss: Annotated[Registered, LOSSES]
    optimizer: Annotated[Registered, OPTIMIZERS]
    metrics: tuple[Annotated[Registered, METRICS], ...] = ()
    training: Training = Training()

    @classmethod
    def label(cls) -> str:
        """Return the name of this class for messages."""
        return "the config"
