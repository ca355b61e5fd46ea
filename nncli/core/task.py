"""The task: what a model learns to predict; `assemble` decides it once, from the loss and the targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from nncli.core.types import Shape

TaskKind: TypeAlias = Literal["classes", "multi_label", "numbers", "counts"]

DESCRIPTIONS: dict[TaskKind, str] = {
    "classes": "class labels",
    "multi_label": "multi-label targets",
    "numbers": "numbers",
    "counts": "counts",
}


@dataclass(frozen=True)
class Task:
    """What a model learns to predict; losses, preprocessing, metrics and reports read it.

    Args:
        kind: "classes": one class label per row; "multi_label": several labels per row, each 0 or 1; "numbers"; or
            "counts": numbers of at least 0, which are never scaled.
        classes: the class labels in the order of the class indices; None for other kinds.
        target_names: a name for every column of targets.
        target_shape: the shape of one row of targets; () for classes.
    """

    kind: TaskKind
    classes: tuple[str, ...] | None = None
    target_names: tuple[str, ...] = ()
    target_shape: Shape = ()

    @property
    def has_classes(self) -> bool:
        """Whether each row has one class label."""
        return self.kind == "classes"

    @property
    def is_multi_label(self) -> bool:
        """Whether each row has several labels, each 0 or 1."""
        return self.kind == "multi_label"

    @property
    def is_regression(self) -> bool:
        """Whether the targets are numbers or counts."""
        return self.kind in ("numbers", "counts")

    @property
    def scales_targets(self) -> bool:
        """Whether targets may be scaled."""
        return self.kind == "numbers"

    @property
    def class_count(self) -> int | None:
        """The number of classes; None if it is not known."""
        return None if self.classes is None else len(self.classes)

    @property
    def description(self) -> str:
        """The kind of the targets, for messages."""
        return DESCRIPTIONS[self.kind]
