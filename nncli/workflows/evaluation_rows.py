"""Read the labelled rows for an evaluation, from INPUT or from the sources in the config of the model."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from nncli.assemble.data_splits import read_splits
from nncli.assemble.read_sources import keep_listed_classes
from nncli.core.errors import DataError, Problem
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.data.sources.memory import FROM_PYTHON
from nncli.data.sources.table import TableSource
from nncli.lifecycle.data_changes import data_changes, fingerprint_files
from nncli.lifecycle.predictor import Predictor
from nncli.runs.locate_checkpoint import checkpoint_environment
from nncli.workflows.input_source import input_source

GIVE_INPUT = "name the rows to evaluate: nncli evaluate CHECKPOINT INPUT"


def rows_of_input(model: Predictor, text: str, targets: str | None) -> tuple[Rows, str]:
    """Return the rows of INPUT and the name of INPUT.

    Args:
        model: the predictor; INPUT is read with the settings of its training source.
        text: INPUT.
        targets: file of the targets, if inputs and targets are in separate files.

    Raises:
        DataError: if INPUT cannot be read, or lacks a column that the model needs.
    """
    source = input_source(text, cast("Source", model.spec.data.train), targets)
    if isinstance(source, TableSource) and source.targets is None:
        source = replace(source, targets=model.preprocessing.task.target_names)
    weights = getattr(source, "weights", None)
    try:
        return keep_listed_classes(source, model.read(source, targets=True), model.preprocessing.task.kind), text
    except DataError as error:
        if weights is None or error.missing != weights:
            raise
        equal = f"for equal weights, write '{{path: {text}, weights: null}}'"
        raise DataError(f"{error}. In training, it contained the weights of the rows; {equal}") from None


def rows_of_config(model: Predictor) -> tuple[Rows, str]:
    """Return the test rows of the config, or its validation rows if it has no test rows, and their name.

    Raises:
        DataError: if the config has neither, or the data have changed since training.
    """
    data = model.spec.data
    if data.train.type_name == FROM_PYTHON:
        raise DataError(f"the model was trained on arrays given from Python; {GIVE_INPUT}")
    problems: list[Problem] = []
    splits = read_splits(data, model.executor.loss, model.spec.seed, problems, model.spec.model)
    if splits is None or problems:
        raise DataError("; ".join(problem.message for problem in problems))
    environment = checkpoint_environment(model.path)
    if environment is not None and (changed := data_changes(environment, fingerprint_files(splits.files))):
        raise DataError(f"{changed}: the model may have been trained on these rows; name other rows as INPUT")
    if splits.test is not None:
        return splits.test, "test rows of the config"
    if splits.validation is not None:
        return splits.validation, "validation rows of the config (it has no test rows)"
    raise DataError(f"the config has neither test nor validation rows; {GIVE_INPUT}")
