"""Measuring a checkpoint on labelled rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from nncli.assemble.parts import chosen, read_parts
from nncli.config.reader import read_value
from nncli.core.builder import build
from nncli.core.errors import ConfigError, DataError, Problem
from nncli.core.registry import METRICS
from nncli.data.batches import Dataset
from nncli.data.files.fingerprint import fingerprint
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.data.sources.table import TableSource
from nncli.nn.metric import Metric, fault_of, names_of
from nncli.nn.report import ClassReport, Confusion, Labels, Residuals
from nncli.nn.tally import Tally
from nncli.runs.directory import environment_beside
from nncli.workflows.changes import changes_of_data
from nncli.workflows.inputs import source_of
from nncli.workflows.trained import Trained, load

MANY = 100  # classes from which on only those pairs are given that were confused


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Args:
        source: what on: a file, or the test or validation rows of the config.
        rows: how many.
        results: the loss and the metrics.
        notes: what the user should know.
        class_names: of a classifier; of several labels a row their names.
        classes: how well every class is found, or every label.
        residuals: for a regression, the quantiles of target - prediction of every target, by its name.
    """

    source: str
    rows: int
    results: dict[str, float]
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    classes: ClassReport | None = None
    residuals: dict[str, dict[str, float]] = field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """Everything by one name each: loss, accuracy, precision.CLASS, confusion.ACTUAL.PREDICTED, residual.q05.

        A name that has a dot in it stands between quotes. Of many classes, what was never confused is left out.
        """
        values: dict[str, Any] = {**self.results, "rows": self.rows, "source": self.source}
        if self.classes is not None:
            names = [_key(name) for name in self.class_names]
            for measure in ("precision", "recall", "f1", "support"):
                found = getattr(self.classes, measure)
                values |= {f"{measure}.{name}": float(found[at]) for at, name in enumerate(names)}
            confusion = self.classes.confusion
            for actual, row in zip(names, confusion.tolist(), strict=True) if confusion is not None else ():
                values |= {
                    f"confusion.{actual}.{predicted}": _count(value)
                    for predicted, value in zip(names, row, strict=True)
                    if value or len(names) <= MANY
                }
        for name, quantiles in self.residuals.items():
            prefix = "residual" if len(self.residuals) == 1 else f"residual.{_key(name)}"
            values |= {f"{prefix}.{quantile}": value for quantile, value in quantiles.items()}
        return values


def evaluate(
    path: str | os.PathLike[str],
    text: str | os.PathLike[str] | None = None,
    targets: str | os.PathLike[str] | None = None,
    metrics: Sequence[str] = (),
) -> Evaluation:
    """Measures a checkpoint or run.

    Args:
        path: a .npz checkpoint or a run directory.
        text: INPUT with targets; default the config's test rows, or its validation rows where there are none.
        targets: a file of targets, for inputs that are a file of their own.
        metrics: what to measure besides the config's metrics: names, or mappings as in a config.

    Raises:
        UserError: where there is nothing to measure on, or it cannot be read.
    """
    if text is None and targets is not None:
        raise DataError("--targets goes with INPUT: what to measure on")
    model = load(os.fspath(path))
    wanted = _metrics(model, metrics)
    targets = None if targets is None else os.fspath(targets)
    rows, name = _own_rows(model) if text is None else _given_rows(model, os.fspath(text), targets)
    dataset = model.dataset(rows)
    notes = tuple(dict.fromkeys(model.preprocessing.notes))
    return _measured(model, dataset, wanted, name, (*rows.all_notes, *notes))


def _measured(
    model: Trained, dataset: Dataset, metrics: Sequence[Metric], name: str, notes: tuple[str, ...]
) -> Evaluation:
    preprocessing, column_names = model.preprocessing, model.column_names
    besides: Confusion | Labels | Residuals = Residuals() if preprocessing.classes is None else Confusion()
    if preprocessing.several_labels:
        besides = Labels()
    names = _names(model.executor.metrics, metrics)
    tally = model.tally(dataset, Tally([*metrics, besides]))
    *states, last = tally.states
    results = {"loss": tally.mean_loss}
    results |= {name: float(metric.finish(state)) for name, metric, state in zip(names, metrics, states, strict=True)}
    evaluation = Evaluation(name, len(dataset), results, notes)
    if isinstance(besides, Residuals):
        return replace(evaluation, residuals=dict(zip(column_names, besides.report(last), strict=True)))
    return replace(evaluation, class_names=column_names, classes=besides.report(last, len(column_names)))


def _names(own: Sequence[Metric], metrics: Sequence[Metric]) -> list[str]:
    """The names of the metrics, of which the config's own keep theirs where no other has it."""
    together = names_of(metrics)
    names = [*names_of(own), *together[len(own) :]]
    return names if len(set(names)) == len(names) else together


def _metrics(model: Trained, texts: Sequence[str]) -> list[Metric]:
    """The config's metrics and those that are asked for besides.

    Raises:
        DataError: where there is no such metric, or it does not suit the model.
    """
    metrics = list(model.executor.metrics)
    loss, classes = model.executor.loss, model.preprocessing.classes
    for text in texts:
        try:
            metric = cast("Metric", build(METRICS, read_value(text)))
        except ConfigError as error:
            raise DataError("; ".join(f"--metric {problem.message}" for problem in error.problems)) from None
        count = None if classes is None else len(classes)
        if fault := fault_of(metric, loss.target_kind, f"the model's {loss.type_name}", count):
            raise DataError(f"--metric {text}: {fault}")
        if metric not in metrics:
            metrics.append(metric)
    return metrics


def _given_rows(model: Trained, text: str, targets: str | None) -> tuple[Rows, str]:
    source = source_of(text, cast("Source", model.spec.data.train), targets)
    if isinstance(source, TableSource) and source.targets is None:
        source = replace(source, targets=model.preprocessing.target_names)
    weights = getattr(source, "weights", None)
    try:
        return chosen(source, model.read(source, targets=True), model.executor.loss), text
    except DataError as error:
        if weights is None or (
            f"no column {weights!r}" not in str(error) and f"no array {weights!r}" not in str(error)
        ):
            raise
        alike = f"to count every row the same, give '{{path: {text}, weights: null}}'"
        raise DataError(f"{error}. It is what training had as weights; {alike}") from None


def _own_rows(model: Trained) -> tuple[Rows, str]:
    data = model.spec.data
    if data.train.type_name == "memory":
        raise DataError(
            "the model was trained on arrays given from Python; say what to measure on: nncli evaluate CHECKPOINT INPUT"
        )
    problems: list[Problem] = []
    parts = read_parts(data, model.executor.loss, model.spec.seed, problems)
    if parts is None or problems:
        raise DataError("; ".join(problem.message for problem in problems))
    environment = environment_beside(model.path)
    if environment is not None:
        changed = changes_of_data(environment, {path: fingerprint(path) for path in parts.files})
        if changed:
            raise DataError(f"{changed}: these may be rows that it was trained on; give INPUT to measure on other data")
    if parts.test is not None:
        return parts.test, "test rows of the config"
    if parts.validation is not None:
        return parts.validation, "validation rows of the config (it has no test rows)"
    raise DataError(
        "the config has neither test nor validation rows; say what to measure on: nncli evaluate CHECKPOINT INPUT"
    )


def _key(name: str) -> str:
    """A name within a key of names with dots between them."""
    return f'"{name}"' if "." in name or '"' in name else name


def _count(value: float) -> int | float:
    """A weight of rows, whole where it is."""
    return int(value) if value == int(value) else value
