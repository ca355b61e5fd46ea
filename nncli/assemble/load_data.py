"""Load the data of a draft: read the splits, fit the preprocessing, and prepare what the network gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from nncli.assemble.data_splits import DataSplits, read_splits
from nncli.assemble.fractions import check_fractions
from nncli.assemble.image_or_sequence import takes_channel
from nncli.assemble.last_layer import out_of_range
from nncli.assemble.prepared_targets import prepare_targets
from nncli.assemble.read_sources import problem_of, unreadable
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
    """What the network gets of some rows.

    Args:
        inputs: (n, *input shape).
        targets: (n, ...) class numbers, labels of 0 and 1, or scaled numbers.
        weights: (n,) or None.
    """

    inputs: Array | NetworkInputs
    targets: Array
    weights: Array | None


@dataclass
class LoadedData:
    """The data of a draft, as far as they could be loaded.

    Args:
        problems: with their paths in the config.
        splits: the rows, where the train source could be read.
        preprocessing: fitted to the training rows, where that was possible.
        prepared: by the name of the split, where it could be prepared; of large sources only some inputs, where only a
            sample was asked for.
    """

    problems: list[Problem] = field(default_factory=list)
    splits: DataSplits | None = None
    preprocessing: Preprocessing | None = None
    prepared: dict[str, PreparedData] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        """Whether only some rows of a large source were read."""
        return self.splits is not None and self.splits.is_sample


def load_data(
    draft: Draft,
    *,
    sample: bool = False,
    splits: DataSplits | None = None,
    whole_sources: Mapping[str, Rows] = MappingProxyType({}),
) -> LoadedData:
    """Read the sources of a draft and prepare their rows, as far as what could be built of it allows.

    Args:
        draft: with every default written.
        sample: of large sources, read the targets and some rows; all rows are read where these do not settle whether
            the data can be used.
        splits: the rows, where they do not come from the draft's sources.
        whole_sources: sources that were read whole before, by name.
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
        return LoadedData([*problems, *unreadable(data)])
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
        if not loaded.is_sample or _is_settled(loaded, draft):
            break
        read = loaded.splits.whole_sources
    return loaded


def prepare_splits(loaded: LoadedData, draft: Draft, data: Data) -> None:
    """Fit the preprocessing to the training rows and apply it to all splits.

    Args:
        loaded: with the splits; gets the rest.
        draft: of the spec.
        data: its data section.
    """
    splits = loaded.splits
    assert splits is not None
    if not all(map(len, splits.samples.values())):  # a sample without rows settles nothing
        return
    rows, layers = splits.readable("train"), draft.layers
    try:
        fitted = Preprocessing.fit(
            rows,
            task=splits.task,
            input_scaler=cast("Scaler", data.scale_inputs),
            target_scaler=cast("Scaler", data.scale_targets),
            rules=getattr(data.train, "column_rules", DEFAULT_RULES),
            channel=takes_channel(layers, rows.row_shape),
        )
    except UserError as error:
        loaded.problems.append(problem_of(data, "train", error))
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
            loaded.problems.append(problem_of(data, name, error))
    if splits.is_sample:
        fitted.notes.clear()  # a note on some rows need not hold for all


def first_input_check(layers: Sequence[Any]) -> InputCheck | None:
    """The function that finds rows that the first layer cannot take; None where it takes all rows.

    Args:
        layers: in order, Invalid where one could not be built.
    """
    return input_check(layers[0]) if layers and not is_invalid(layers[0]) else None


def _is_settled(loaded: LoadedData, draft: Draft) -> bool:
    """Whether a sample shows that the data can be used: what it shows to be wrong may not hold for all rows."""
    if loaded.preprocessing is None or loaded.problems:
        return False
    return not list(targets_out_of_range(loaded, draft.layers, draft.loss))


def targets_out_of_range(loaded: LoadedData, layers: Sequence[Any], loss: Loss) -> list[Problem]:
    """Training targets that the last activation cannot give."""
    fitted = loaded.preprocessing
    if fitted is None or not fitted.task.is_regression or "train" not in loaded.prepared:
        return []
    scaled = fitted.target_scaling is not None
    return list(out_of_range(layers, loss, loaded.prepared["train"].targets, fitted.task, scaled=scaled))
