"""Settings that do not fit the task: scaled class labels, classes of numbers, weights of classes that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nncli.assemble.subject import Subject
from nncli.core.errors import Problem
from nncli.core.invalid import field_of
from nncli.core.spelling import suggestion
from nncli.core.text_format import truncate


def check_data_settings(subject: Subject) -> Iterator[Problem]:
    """Settings for classes beside a loss over numbers, and the other way round."""
    data, loss, task = subject.draft.get("data"), subject.draft.loss, subject.task
    if task is None:
        return
    scaler, train = field_of(data, "scale_targets"), field_of(data, "train")
    if scaler is not None and scaler.type_name != "none" and not task.scales_targets:
        what = "its targets as they are, unscaled" if task.is_regression else f"{task.description}, which have no scale"
        yield Problem(("data", "scale_targets"), f"{loss.type_name} learns {what}; drop it")
    if not task.has_classes and field_of(train, "classes") is not None:
        what = "numbers" if task.is_regression else task.description
        yield Problem(("data", "train", "classes"), f"{loss.type_name} learns {what}, not classes; drop it")


def check_single_class(subject: Subject) -> Iterator[Problem]:
    """A single class, so that there is nothing to tell apart."""
    task, train = subject.task, field_of(subject.draft.get("data"), "train")
    if task is not None and task.classes is not None and len(task.classes) == 1:
        path = ("data", "train", "classes") if field_of(train, "classes") else ("data", "train")
        yield Problem(path, f"all rows have the label {task.classes[0]!r}; there is nothing to tell apart")


def check_class_weight(subject: Subject) -> Iterator[Problem]:
    """Weights of classes that do not exist, or beside a loss that learns no classes."""
    given, loss, task = field_of(subject.draft.get("training"), "class_weight"), subject.draft.loss, subject.task
    path = ("training", "class_weight")
    if given is None or task is None:
        return
    if not task.has_classes:
        what = "numbers" if task.is_regression else task.description
        instead = ", or give the loss a positive_weight" if task.is_multi_label else ""
        yield Problem(path, f"{loss.type_name} learns {what}, not classes; drop it{instead}")
    elif isinstance(given, Mapping) and task.classes is not None:
        for name in given:
            if name not in task.classes:
                yield Problem((*path, name), f"no class {truncate(name)!r}{suggestion(name, task.classes)}", "key")
