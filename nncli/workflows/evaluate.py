"""Measuring a checkpoint on labelled rows."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import cast

from nncli.assemble.parts import chosen, read_parts
from nncli.core.errors import DataError, Problem
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.data.sources.table import TableSource
from nncli.nn.loss import Loss
from nncli.workflows.inputs import source_of
from nncli.workflows.trained import Trained, load


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Args:
        source: what on: a file, or the test or validation rows of the config.
        rows: how many.
        results: the loss and the metrics.
        notes: what the user should know.
    """

    source: str
    rows: int
    results: dict[str, float]
    notes: tuple[str, ...] = ()


def evaluate(
    path: str | os.PathLike[str],
    text: str | os.PathLike[str] | None = None,
    targets: str | os.PathLike[str] | None = None,
) -> Evaluation:
    """Measures a checkpoint or run.

    Args:
        path: a .npz checkpoint or a run directory.
        text: INPUT with targets; default the config's test rows, or its validation rows where there are none.
        targets: a file of targets, for inputs that are a file of their own.

    Raises:
        UserError: where there is nothing to measure on, or it cannot be read.
    """
    if text is None and targets is not None:
        raise DataError("--targets goes with INPUT: what to measure on")
    model = load(os.fspath(path))
    targets = None if targets is None else os.fspath(targets)
    rows, name = _own_rows(model) if text is None else _given_rows(model, os.fspath(text), targets)
    dataset = model.dataset(rows)
    notes = tuple(dict.fromkeys(model.preprocessing.notes))
    left_out = (f"{rows.left_out} rows left out, whose label is not in classes",) if rows.left_out else ()
    return Evaluation(name, len(dataset), model.evaluate(dataset), (*left_out, *notes))


def _given_rows(model: Trained, text: str, targets: str | None) -> tuple[Rows, str]:
    source = source_of(text, cast("Source", model.spec.data.train), targets)
    if isinstance(source, TableSource) and source.targets is None:
        source = replace(source, targets=model.preprocessing.target_names)
    return chosen(source, model.read(source, targets=True), cast("Loss", model.spec.loss)), text


def _own_rows(model: Trained) -> tuple[Rows, str]:
    data = model.spec.data
    if data.train.type_name == "memory":
        raise DataError(
            "the model was trained on arrays given from Python; say what to measure on: nncli evaluate CHECKPOINT INPUT"
        )
    problems: list[Problem] = []
    parts = read_parts(data, cast("Loss", model.spec.loss), model.spec.seed, problems)
    if parts is None or problems:
        raise DataError("; ".join(problem.message for problem in problems))
    if parts.test is not None:
        return parts.test, "test rows of the config"
    if parts.validation is not None:
        return parts.validation, "validation rows of the config (it has no test rows)"
    raise DataError(
        "the config has neither test nor validation rows; say what to measure on: nncli evaluate CHECKPOINT INPUT"
    )
