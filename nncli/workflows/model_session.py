"""Create the sessions of `Model`: for the first training, for later trainings, and without rows."""

from __future__ import annotations

from typing import cast

import numpy as np

from nncli.assemble.data_splits import DataSplits
from nncli.assemble.decide_task import decide_task_kind
from nncli.assemble.defaults import complete_defaults
from nncli.assemble.image_or_sequence import needs_channel_axis
from nncli.assemble.labelled_data import labelled_dataset, set_class_weights
from nncli.assemble.load_data import LoadedData, load_data
from nncli.assemble.make_executor import make_executor, make_penalty
from nncli.assemble.read_sources import keep_listed_classes, ordered_classes
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
from nncli.training.trainer import Trainer


def first_session(draft: Draft, rows: Rows, validation: Rows | None) -> Session:
    """Return a new session, with the preprocessing fitted to these rows.

    Args:
        draft: the draft of the spec.
        rows: the training rows.
        validation: the validation rows, or None.

    Raises:
        ConfigError: with every problem.
    """
    kind = decide_task_kind(draft.loss, rows, draft.layers)
    source = cast("Source", draft.spec.data.train)
    rows = keep_listed_classes(source, rows, kind, all_needed=True)
    task = Task(kind, ordered_classes(rows, source, kind), rows.target_names)
    splits = DataSplits(rows, task, None if validation is None else keep_listed_classes(source, validation, kind))
    draft = complete_defaults(draft, has_validation=validation is not None)
    return make_session(validate(draft, load_data(draft, splits=splits)))


def next_session(draft: Draft, before: Session, rows: Rows, validation: Rows | None) -> Session:
    """Return a session for other rows, with the network and preprocessing of a previous session.

    Args:
        draft: the draft of the spec.
        before: the previous session.
        rows: the training rows.
        validation: the validation rows, or None.

    Raises:
        ConfigError: with every problem of the settings.
        UserError: if the rows do not fit the model.
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
        train = labelled_dataset(rows, preprocessing, executor)
        measured = None if held is None else labelled_dataset(held, preprocessing, executor)
    except UserError:
        preprocessing.class_weights = class_weights
        raise
    executor.threads, executor.penalty = training.threads, make_penalty(training, before.network)
    return Session(draft.spec, preprocessing, executor, train, measured)


def session_for_shape(draft: Draft, row_shape: Shape) -> Session:
    """Return a session without rows, whose inputs are not scaled.

    Args:
        draft: the draft of the spec.
        row_shape: shape of one row of the raw inputs.
    """
    spec = complete_defaults(draft, has_validation=False).spec
    channel = needs_channel_axis(spec.model, row_shape)
    preprocessing = Preprocessing(input_shape=(*row_shape, 1) if channel else row_shape)
    return session_without_rows(spec, preprocessing, make_executor(spec, preprocessing))


def session_without_rows(spec: Spec, preprocessing: Preprocessing, executor: Executor) -> Session:
    """Return a session with a network but without rows to train on."""
    shapes = executor.network.shapes
    empty = Dataset(np.empty((0, *shapes[0])), np.empty((0, *shapes[-1])))
    return Session(spec, preprocessing, executor, empty)


def keep_weights(before: Session, trainer: Trainer | None, session: Session) -> None:
    """Copy weights and optimizer state that were changed by hand before the first training.

    Args:
        before: the session that `forward` created.
        trainer: the trainer that `update` created, or None.
        session: the session of the first training, which is changed.

    Raises:
        UserError: if the sessions have different shapes.
    """
    old, new = before.network, session.network
    if old.shapes != new.shapes:
        raise UserError(f"forward was called with rows of the shape {old.input_shape}; got {new.input_shape}")
    new.vector[...] = old.vector
    if trainer is not None:
        driver = session.trainer().driver
        driver.steps = trainer.driver.steps
        for name, vector in driver.state.items():
            vector[...] = trainer.driver.state[name]
        trainer.driver = driver
