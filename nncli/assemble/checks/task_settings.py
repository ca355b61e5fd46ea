"""Check settings that depend on the kind of task: scaled targets, classes and class weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nncli.assemble.check_context import CheckContext
from nncli.core.errors import Problem
from nncli.core.invalid import field_of
from nncli.core.spelling import suggestion
from nncli.core.text_format import truncate


def check_data_settings(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem if the data section scales class labels, or lists classes although the targets are numbers."""
    data, loss, task = context.draft.get("data"), context.draft.loss, context.task
    if task is None:
        return
    scaler, train = field_of(data, "scale_targets"), field_of(data, "train")
    if scaler is not None and scaler.type_name != "none" and not task.scales_targets:
        what = "unscaled targets" if task.is_regression else f"{task.description}, which have no scale"
        yield Problem(("data", "scale_targets"), f"{loss.type_name} learns {what}; drop this key")
    if not task.has_classes and field_of(train, "classes") is not None:
        what = "numbers" if task.is_regression else task.description
        yield Problem(("data", "train", "classes"), f"{loss.type_name} learns {what}, not classes; drop this key")


def check_single_class(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem if all rows have the same class."""
    task, train = context.task, field_of(context.draft.get("data"), "train")
    if task is not None and task.classes is not None and len(task.classes) == 1:
        path = ("data", "train", "classes") if field_of(train, "classes") else ("data", "train")
        yield Problem(path, f"all rows have the label {task.classes[0]!r}; there is nothing to tell apart")


def check_class_weight(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem if a class weight is for an unknown class, or if the loss does not learn classes."""
    given, loss, task = field_of(context.draft.get("training"), "class_weight"), context.draft.loss, context.task
    path = ("training", "class_weight")
    if given is None or task is None:
        return
    if not task.has_classes:
        what = "numbers" if task.is_regression else task.description
        instead = ", or give the loss a positive_weight" if task.is_multi_label else ""
        yield Problem(path, f"{loss.type_name} learns {what}, not classes; drop this key{instead}")
    elif isinstance(given, Mapping) and task.classes is not None:
        for name in given:
            if name not in task.classes:
                yield Problem((*path, name), f"no class {truncate(name)!r}{suggestion(name, task.classes)}", "key")
