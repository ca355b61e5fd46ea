"""Load the data of a draft: read the splits, fit the preprocessing, and preprocess inputs and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from nncli.assemble.data_splits import DataSplits, read_splits
from nncli.assemble.fractions import check_fractions
from nncli.assemble.image_or_sequence import needs_channel_axis
from nncli.assemble.last_layer import output_range_problems
from nncli.assemble.prepared_targets import prepare_targets
from nncli.assemble.read_sources import source_problem, unreadable_sources
from nncli.config.draft import Draft
from nncli.config.spec import Data
from nncli.core.errors import Problem, UserError
from nncli.core.invalid import is_invalid
from nncli.core.types import Array
from nncli.data.column_encoding.column_rules import DEFAULT_RULES
from nncli.data.preprocessing import Preprocessing
from nncli.data.preprocessing.network_inputs import NetworkInputs
from nncli.data.rows import Rows
from nncli.data.scalers import Scaler
from nncli.data.source import PREVIEW_ROWS
from nncli.data.weights.sample_weights import cast_weights
from nncli.nn.input_check import input_check
from nncli.nn.layer import InputCheck
from nncli.nn.loss import Loss


class PreparedData(NamedTuple):
    """Preprocessed rows.

    Args:
        inputs: (n, *input shape).
        targets: (n, ...) as `prepare_targets` returns them.
        weights: (n,) weight of each row, or None.
    """

    inputs: Array | NetworkInputs
    targets: Array
    weights: Array | None


@dataclass
class LoadedData:
    """The data of a draft, as far as they could be loaded.

    Args:
        problems: the problems of the data, with their paths in the config.
        splits: the rows; None if the train source could not be read.
        preprocessing: the preprocessing, fitted to the training rows; None if it could not be fitted.
        prepared: split name -> preprocessed rows, for splits that could be preprocessed. The targets are complete; the
            inputs are a sample if only a sample was read.
    """

    problems: list[Problem] = field(default_factory=list)
    splits: DataSplits | None = None
    preprocessing: Preprocessing | None = None
    prepared: dict[str, PreparedData] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        """Whether only a sample of a large source was read."""
        return self.splits is not None and self.splits.is_sample


def load_data(
    draft: Draft,
    *,
    sample: bool = False,
    splits: DataSplits | None = None,
    whole_sources: Mapping[str, Rows] = MappingProxyType({}),
) -> LoadedData:
    """Read the sources of a draft and preprocess their rows, as far as the draft could be built.

    Args:
        draft: the draft, after `complete_defaults`.
        sample: whether to read only a sample of the inputs of large sources, but all targets. If the sample has a
            problem, all rows are read.
        splits: the rows, if they do not come from the sources of the draft.
        whole_sources: split name -> rows, for sources that were already read completely.
    """
    data = draft.data
    if data is None:
        return LoadedData()
    if splits is not None:
        loaded = LoadedData(splits=splits)
        prepare_splits(loaded, draft, data)
        return loaded
    problems = list(check_fractions(draft.get("data")))
    if draft.loss is None or problems:
        return LoadedData([*problems, *unreadable_sources(data)])
    read = dict(whole_sources)
    for sample_rows in (PREVIEW_ROWS, None) if sample else (None,):
        loaded = LoadedData()
        loaded.splits = read_splits(
            data,
            draft.loss,
            draft.seed,
            loaded.problems,
            draft.layers,
            sample_rows=sample_rows,
            whole_sources=read,
        )
        if loaded.splits is None:
            break
        prepare_splits(loaded, draft, data)
        if not loaded.is_sample or _sample_is_valid(loaded, draft):
            break
        read = loaded.splits.whole_sources
    return loaded


def prepare_splits(loaded: LoadedData, draft: Draft, data: Data) -> None:
    """Fit the preprocessing to the training rows and apply it to all splits.

    Args:
        loaded: has the splits; receives the preprocessing, the preprocessed rows and the problems.
        draft: the draft.
        data: the data section of the draft.
    """
    splits = loaded.splits
    assert splits is not None
    if not all(map(len, splits.samples.values())):  # an empty sample cannot be preprocessed
        return
    rows, layers = splits.readable("train"), draft.layers
    try:
        fitted = Preprocessing.fit(
            rows,
            task=splits.task,
            input_scaler=cast("Scaler", data.scale_inputs),
            target_scaler=cast("Scaler", data.scale_targets),
            rules=getattr(data.train, "column_rules", DEFAULT_RULES),
            channel=needs_channel_axis(layers, rows.row_shape),
        )
    except UserError as error:
        loaded.problems.append(source_problem(data, "train", error))
        return
    loaded.preprocessing = fitted
    check = first_input_check(layers) if fitted.input_scaling is None else None
    for name, rows in splits.named.items():
        try:
            readable, before = splits.readable(name), len(fitted.notes)
            inputs = fitted.lazy_inputs(readable, draft.dtype, check).load()
            fitted.notes[before:] = [f"data.{name}: {note}" for note in fitted.notes[before:]]
            if rows.weights is not None:
                cast_weights(rows.weights, draft.dtype)
            loaded.prepared[name] = PreparedData(inputs, prepare_targets(rows, fitted, draft.loss), rows.weights)
        except UserError as error:
            loaded.problems.append(source_problem(data, name, error))
    if splits.is_sample:
        fitted.notes.clear()  # a note about a sample may not be true of all rows


def first_input_check(layers: Sequence[Any]) -> InputCheck | None:
    """Return the input check of the first layer, such as of an embedding; None if it accepts all numbers.

    Args:
        layers: the layers in order; those that could not be built are Invalid.
    """
    return input_check(layers[0]) if layers and not is_invalid(layers[0]) else None


def _sample_is_valid(loaded: LoadedData, draft: Draft) -> bool:
    """Return whether a sample has no problems; otherwise all rows are read, to find every problem."""
    if loaded.preprocessing is None or loaded.problems:
        return False
    return not list(targets_out_of_range(loaded, draft.layers, draft.loss))


def targets_out_of_range(loaded: LoadedData, layers: Sequence[Any], loss: Loss) -> list[Problem]:
    """Return a problem if training targets are outside the output range of the last activation."""
    fitted = loaded.preprocessing
    if fitted is None or not fitted.task.is_regression or "train" not in loaded.prepared:
        return []
    scaled = fitted.target_scaling is not None
    return list(output_range_problems(layers, loss, loaded.prepared["train"].targets, fitted.task, scaled=scaled))
