"""The spec: everything that makes a run what it is, typed, with every default filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Interval, MinLen

from nncli.core.checked import Checked, Registered
from nncli.core.fields import field_types
from nncli.core.registry import LAYERS, LOSSES, METRICS, OPTIMIZERS, SCALERS, SOURCES
from nncli.core.types import DTypeName

INHERITING = "inherits what it leaves out"  # marks sources that take their keys from train's


@dataclass(frozen=True)
class Fraction(Checked):
    """A share of the train source's rows; where that has groups, of whole groups, none of which is on both sides.

    Args:
        fraction: the share, above 0 and below 1.
        stratify: whether every class is split by that share.
        split: random, drawn with the seed; or tail, the last rows, for what is ordered by time.
    """

    fraction: Annotated[float, Interval(gt=0, lt=1)]
    stratify: bool = False
    split: Literal["random", "tail"] = "random"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """The last rows are those that they are, whatever their classes."""
        if self.stratify and self.split == "tail":
            yield "stratify", "split: tail takes the last rows, whatever their classes; drop one of the two"


@dataclass(frozen=True)
class Data(Checked):
    """What to learn from.

    Args:
        train: the source of the training rows.
        validation: a source, or a fraction of train, measured after every epoch; default none.
        test: likewise, measured once at the end with the best weights; default none.
        scale_inputs: fitted on the training rows only; default none.
        scale_targets: likewise, for regression; undone in predictions and metrics.
    """

    train: Annotated[Registered, SOURCES]
    validation: Fraction | Annotated[Registered, SOURCES, INHERITING] | None = None
    test: Fraction | Annotated[Registered, SOURCES, INHERITING] | None = None
    scale_inputs: Annotated[Registered, SCALERS] = "none"  # type: ignore[assignment]  # built when checked
    scale_targets: Annotated[Registered, SCALERS] = "none"  # type: ignore[assignment]

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Validation and test sources inherit every key of train but the files."""
        train = values.get("train")
        if not isinstance(train, Mapping):
            return values
        inherited = {name: inheriting(values[name], train) for name in ("validation", "test") if name in values}
        return values | inherited


def inheriting(given: Any, train: Mapping[str, Any]) -> Any:
    """A source's mapping with the keys of the train source that it leaves out, but for those that name files."""
    if not isinstance(given, Mapping) or "fraction" in given:
        return given
    kind, given_kind = _kind(train), _kind(given)
    if given_kind is None and not set(given) & ({"path"} if kind is None else set(field_types(kind))):
        return given  # no source, but something mistyped
    if kind is not None and given_kind not in (None, kind):
        return {key: train[key] for key in ("classes",) if key in train} | dict(given)
    # a train source of unknown kind is a folder whose name does not look like one
    files = {"dataset", *(("path",) if kind is None else kind.path_fields(train))}
    return {key: value for key, value in train.items() if key not in files} | dict(given)


def _kind(values: Mapping[str, Any]) -> type[Registered] | None:
    if "type" in values:
        return SOURCES.find(str(values["type"]))
    return SOURCES.claiming(values)


@dataclass(frozen=True)
class EarlyStopping(Checked):
    """Stop when a measure has not improved for some epochs.

    Args:
        monitor: a column of metrics.csv; default val_loss, or train_loss where nothing is validated.
        patience: how many epochs without improvement are allowed.
        min_delta: what counts as an improvement, at least 0.
    """

    monitor: str | None = None
    patience: Annotated[int, Ge(1)] = 10
    min_delta: Annotated[float, Ge(0)] = 0.0


@dataclass(frozen=True)
class Checkpoint(Checked):
    """When to save.

    Args:
        monitor: which column of metrics.csv says what is best; default val_loss, or train_loss without validation.
        every_epochs: save the last state after so many epochs.
        every_steps: and after so many steps; default not within an epoch.
        keep: how many of the last states to keep.
    """

    monitor: str | None = None
    every_epochs: Annotated[int, Ge(1)] = 1
    every_steps: Annotated[int, Ge(1)] | None = None
    keep: Annotated[int, Ge(1)] = 1


@dataclass(frozen=True)
class Penalty(Checked):
    """A price on large weights, which keeps a model simple.

    loss = mean of the rows' losses + l1 * sum |w| + l2 * sum w^2

    The gradient, of which clip_norm looks at the norm, is that of this loss; the derivative of |w| at 0 is taken as 0.
    Every loss that is shown or watched has the penalty in it, at the weights with which it is measured: train_loss
    (where it is the mean over the epoch's steps), val_loss, that of the test and of evaluate. Metrics have not; one
    such as log_loss or rmse shows the fit alone.

    There is no 1/2 in it, as in Keras: for plain gradient descent, l2: 1e-4 is PyTorch's weight_decay=2e-4, and alpha
    of scikit-learn's MLPClassifier is 2 * l2 * batch_size.

    Args:
        l1: the price of the absolute values, at least 0; it pulls what is of little use to about 0.
        l2: the price of the squares, at least 0; it pulls most at what is large.
        biases: whether biases and the scale and shift of normalisation pay as well.
    """

    l1: Annotated[float, Ge(0)] = 0.0
    l2: Annotated[float, Ge(0)] = 0.0
    biases: bool = False

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """A penalty that costs nothing."""
        if not self.l1 and not self.l2:
            yield "l2", "a penalty wants an l1 or l2 above 0, such as l2: 1e-4; or drop it"


@dataclass(frozen=True)
class WeightAveraging(Checked):
    """Predict with a running average of the weights instead of those of the last step.

    a <- decay a + (1 - decay) w after every step; a = w after the first one

    That is the exponential moving average of PyTorch's AveragedModel with get_ema_multi_avg_fn. It smooths out what the
    last steps happened to do, and looks back over about 1 / (1 - decay) steps; a run should have several times as many.
    With warmup, min(decay, (1 + t) / (10 + t)) stands for decay, where t is the number of steps averaged before, so
    that short runs, and the first epochs of long ones, are not held back by their first steps.

    The averaged weights are the model: validation, checkpoints, the test and predictions use them. Training goes on
    with its own, at which train_loss and train_ metrics are measured. Only what is trained is averaged; running values
    of a batch normalisation are those of training.

    Args:
        decay: the share of the average that stays in a step, above 0 and below 1.
        warmup: whether the decay begins small.
    Reference: Polyak and Juditsky, SIAM J. Control Optim. 30 (1992), 838-855.
    """

    decay: Annotated[float, Interval(gt=0, lt=1)] = 0.999
    warmup: bool = False


@dataclass(frozen=True)
class Training(Checked):
    """How to train.

    Args:
        epochs: how many times to go through the training rows.
        batch_size: rows a batch; the last batch of an epoch may be short.
        batches_per_step: how many batches make one step, which is that of one batch of all their rows and takes the
            memory of one of them (gradient accumulation). Steps are counted, and states saved, between whole steps;
            the last step of an epoch may have fewer batches. Batch normalisation mixes the rows of each batch alone
            and updates its running values once a batch.
        shuffle: whether every epoch has a random order of its own.
        clip_norm: the largest global norm of the gradient; default no limit.
        penalty: a price on large weights that is added to the loss; default none.
        weight_averaging: to predict with a running average of the weights; default with those of the last step.
        early_stopping: when to stop before the last epoch; default never.
        checkpoint: when to save.
        on_nonfinite: what to do where a loss or gradient is not finite: stop the run, or skip the step, up to 100 of
            them in a run.
        class_weight: how much the rows of a class count in the loss: balanced, which is rows / (classes * rows of the
            class), or a mapping of classes to weights, such as {spam: 1, ham: 0.2}; default 1 each. Metrics do not
            use it.
        threads: how many threads to compute with; default all cores.
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
    """A whole config.

    Args:
        name: of the run; default the file's stem.
        seed: of everything random.
        dtype: of parameters and computations.
        data: what to learn from.
        model: the layers in order.
        loss: what is minimised.
        optimizer: how.
        metrics: what is measured besides.
        training: how long, in which batches, and when to save.
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
        """What messages call it."""
        return "the config"
