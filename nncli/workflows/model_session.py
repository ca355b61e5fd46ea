"""The sessions of a model that trains on arrays: the first, later ones, and one without rows."""

from __future__ import annotations

from typing import cast

import numpy as np

from nncli.assemble.data_splits import DataSplits
from nncli.assemble.decide_task import decide_kind
from nncli.assemble.defaults import complete_defaults
from nncli.assemble.executor_for import make_executor, penalty_of
from nncli.assemble.image_or_sequence import takes_channel
from nncli.assemble.labelled_data import labelled, set_class_weights
from nncli.assemble.load_data import LoadedData, load_data
from nncli.assemble.read_sources import class_names, keep_listed_classes
from nncli.assemble.session import Session, make_session
from nncli.assemble.validate import validate
from nncli.config.draft import Draft
from nncli.config.spec import Spec
from nncli.core.errors import ConfigError, UserError
from nncli.core.task import Task
from nncli.core.types import Shape
from nncli.data.batches import Dataset
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.training.executor import Executor


def first_session(draft: Draft, rows: Rows, validation: Rows | None) -> Session:
    """A session that fits the preprocessing to its rows.

    Raises:
        ConfigError: with every problem.
    """
    kind = decide_kind(draft.loss, rows, draft.layers)
    source = cast("Source", draft.spec.data.train)
    rows = keep_listed_classes(source, rows, kind, all_needed=True)
    task = Task(kind, class_names(rows, source, kind), rows.target_names)
    splits = DataSplits(rows, task, None if validation is None else keep_listed_classes(source, validation, kind))
    draft = complete_defaults(draft, has_validation=validation is not None)
    return make_session(validate(draft, load_data(draft, splits=splits)))


def next_session(draft: Draft, before: Session, rows: Rows, validation: Rows | None) -> Session:
    """A session that goes on with the network and the preprocessing of another one.

    Raises:
        ConfigError: with every problem of the settings.
        UserError: where the rows do not fit the model.
    """
    executor, preprocessing = before.executor, before.preprocessing
    source, task = cast("Source", draft.spec.data.train), preprocessing.task
    rows = keep_listed_classes(source, rows, task.kind)
    held = None if validation is None else keep_listed_classes(source, validation, task.kind)
    draft = complete_defaults(draft, has_validation=held is not None)
    validated = validate(draft, LoadedData(splits=DataSplits(rows, task, held), preprocessing=preprocessing))
    if validated.problems:
        raise ConfigError(validated.problems)
    training, class_weights = draft.spec.training, preprocessing.class_weights
    try:
        set_class_weights(preprocessing, training, preprocessing.targets(rows))
        train = labelled(rows, preprocessing, executor)
        measured = None if held is None else labelled(held, preprocessing, executor)
    except UserError:
        preprocessing.class_weights = class_weights
        raise
    executor.threads, executor.penalty = training.threads, penalty_of(training, before.network)
    return Session(draft.spec, preprocessing, executor, train, measured)


def session_for_shape(draft: Draft, row_shape: Shape) -> Session:
    """A session without rows, whose inputs are taken unscaled.

    Args:
        draft: of the spec.
        row_shape: of one row as it is given.
    """
    spec = complete_defaults(draft, has_validation=False).spec
    channel = takes_channel(spec.model, row_shape)
    preprocessing = Preprocessing(input_shape=(*row_shape, 1) if channel else row_shape)
    return session_without_rows(spec, preprocessing, make_executor(spec, preprocessing))


def session_without_rows(spec: Spec, preprocessing: Preprocessing, executor: Executor) -> Session:
    """A session that has a network but no rows to train on."""
    shapes = executor.network.shapes
    empty = Dataset(np.empty((0, *shapes[0])), np.empty((0, *shapes[-1])))
    return Session(spec, preprocessing, executor, empty)
