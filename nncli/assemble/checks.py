"""Checks of a config's parts against one another, each problem with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nncli.config.spec import Data, Fraction, Training
from nncli.core.builder import Partial, failed
from nncli.core.errors import Problem
from nncli.core.spelling import suggestion
from nncli.core.text_format import truncate
from nncli.nn.loss import Loss
from nncli.nn.metric import fault_of, names_of
from nncli.optim.schedules.reduce_on_plateau import plateau_of


def check_metrics(built: dict[str, Any], loss: Loss | None, classes: tuple[str, ...] | None) -> Iterator[Problem]:
    """Metrics that stand there twice, or do not suit the loss or the number of classes."""
    metrics = [(index, metric) for index, metric in enumerate(_metrics(built)) if not failed(metric)]
    seen = set()
    for (index, metric), column in zip(metrics, names_of([metric for _, metric in metrics]), strict=True):
        name = metric.type_name
        if column in seen:
            yield Problem(("metrics", index), f"the metric {name!r} stands there twice; drop one")
        seen.add(column)
        count = None if classes is None else len(classes)
        if loss is not None and (fault := fault_of(metric, loss.target_kind, loss.type_name, count)):
            yield Problem(("metrics", index), fault)


def check_kinds(built: dict[str, Any], loss: Loss) -> Iterator[Problem]:
    """Settings for classes beside a loss over numbers, and the other way round."""
    data = built.get("data")
    scaler, train = _field(data, "scale_targets"), _field(data, "train")
    if scaler is not None and scaler.type_name != "none":
        if loss.target_kind != "numbers":
            message = f"{loss.type_name} learns {_kind(loss)}, which have no scale; drop it"
            yield Problem(("data", "scale_targets"), message)
        elif not loss.takes_scaled:
            message = f"{loss.type_name} learns its targets as they are, unscaled; drop it"
            yield Problem(("data", "scale_targets"), message)
    if loss.target_kind != "classes" and getattr(train, "classes", None) is not None:
        yield Problem(("data", "train", "classes"), f"{loss.type_name} learns {_kind(loss)}, not classes; drop it")


def check_classes(classes: tuple[str, ...] | None, train: Any) -> Iterator[Problem]:
    """A single class, which there is nothing to tell apart from."""
    if classes is not None and len(classes) == 1:
        path = ("data", "train", "classes") if getattr(train, "classes", None) else ("data", "train")
        yield Problem(path, f"all rows have the label {classes[0]!r}; there is nothing to tell apart")


def check_class_weight(training: Any, loss: Loss, classes: tuple[str, ...] | None) -> Iterator[Problem]:
    """Weights of classes that are not there, or beside a loss over numbers."""
    given = _field(training, "class_weight")
    path = ("training", "class_weight")
    if given is None:
        return
    if loss.target_kind != "classes":
        instead = ", or give the loss a positive_weight" if loss.target_kind == "labels" else ""
        yield Problem(path, f"{loss.type_name} learns {_kind(loss)}, not classes; drop it{instead}")
    elif isinstance(given, Mapping) and classes is not None:
        for name in given:
            if name not in classes:
                yield Problem((*path, name), f"no class {truncate(name)!r}{suggestion(name, classes)}", "key")


def check_all_monitors(built: dict[str, Any], validated: bool | None = None) -> Iterator[Problem]:
    """Monitors of a config that are no column of metrics.csv, as far as the metrics are known.

    Args:
        built: the fields of a spec.
        validated: whether there are validation rows; None where the config says so.
    """
    metrics, data = _metrics(built), built.get("data")
    whole = not any(map(failed, metrics)) and not (failed(built.get("metrics")) and not metrics)
    if validated is None:
        if not isinstance(data, Data | Partial):
            return
        given = data.fields.get("validation") if isinstance(data, Partial) else data.validation
        validated = given is not None
    known = [metric for metric in metrics if not failed(metric)]
    training, optimizer = built.get("training", Training()), built.get("optimizer")
    yield from check_monitors(training, optimizer, known, validated=validated, whole=whole)


def check_monitors(
    training: Any, optimizer: Any, metrics: Sequence[Any], *, validated: bool, whole: bool = True
) -> Iterator[Problem]:
    """Monitors that are no column of metrics.csv.

    Args:
        training: how to train, or what could be built of it.
        optimizer: whose learning rate may wait for a column, too.
        metrics: what is measured besides the loss.
        validated: whether there are validation rows.
        whole: whether these are all metrics; otherwise a column may be of one that could not be built.
    """
    measures = ["loss", *dict.fromkeys(names_of(metrics))]
    columns = [f"{kind}_{name}" for kind in (("val", "train") if validated else ("train",)) for name in measures]
    monitors = {("training", key): _field(training, key) for key in ("checkpoint", "early_stopping")}
    for path, part in {**monitors, ("optimizer", "learning_rate"): plateau_of(optimizer)}.items():
        monitor = _field(part, "monitor")
        if monitor is not None and monitor not in columns:
            hint = suggestion(monitor, columns)
            unvalidated = monitor.startswith("val_") and not validated
            if not whole and not unvalidated:
                continue
            if unvalidated:
                hint = f": nothing is validated; add data.validation. Known: {', '.join(columns)}"
            yield Problem((*path, "monitor"), f"no column {truncate(monitor)!r}{hint}")


def check_fractions(built: dict[str, Any]) -> Iterator[Problem]:
    """Shares that leave nothing to train on."""
    data = built.get("data")
    if isinstance(data, Data):
        shares = [part.fraction for part in (data.validation, data.test) if isinstance(part, Fraction)]
        if sum(shares) >= 1:
            total = " + ".join(f"{share:g}" for share in shares)
            message = f"validation and test take all of the rows ({total}); leave some to train on"
            yield Problem(("data", "validation"), message)


def _kind(loss: Loss) -> str:
    return {"classes": "class labels", "labels": "several labels of 0 and 1", "numbers": "numbers"}[loss.target_kind]


def _metrics(built: dict[str, Any]) -> Sequence[Any]:
    metrics = built.get("metrics", ())
    return metrics if isinstance(metrics, list | tuple) else ()


def _field(value: Any, name: str) -> Any:
    """A field of an object, or of what could be built of it; None where it is not known."""
    found = value.fields.get(name) if isinstance(value, Partial) else getattr(value, name, None)
    return None if failed(found) and not isinstance(found, Partial) else found
