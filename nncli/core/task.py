"""The task: what a model learns to predict, decided once from the loss and the targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from nncli.core.types import Shape

TaskKind: TypeAlias = Literal["classes", "multi_label", "numbers", "counts"]

DESCRIPTIONS: dict[TaskKind, str] = {
    "classes": "class labels",
    "multi_label": "several labels of 0 and 1",
    "numbers": "numbers",
    "counts": "counts",
}


@dataclass(frozen=True)
class Task:
    """What a model learns to predict. Losses, preprocessing, metrics and reports read it and never decide it again.

    Args:
        kind: classes, one label a row; multi_label, several labels a row, each 0 or 1; numbers; or counts, numbers of
            at least 0 that are never scaled.
        classes: the class labels in the order of the class numbers; None for other kinds.
        target_names: a name for every column of targets.
        target_shape: the shape of one row of targets; () for classes.
    """

    kind: TaskKind
    classes: tuple[str, ...] | None = None
    target_names: tuple[str, ...] = ()
    target_shape: Shape = ()

    @property
    def has_classes(self) -> bool:
        """Whether every row has one class label."""
        return self.kind == "classes"

    @property
    def is_multi_label(self) -> bool:
        """Whether every row has several labels, each 0 or 1."""
        return self.kind == "multi_label"

    @property
    def is_regression(self) -> bool:
        """Whether the targets are numbers, counts included."""
        return self.kind in ("numbers", "counts")

    @property
    def scales_targets(self) -> bool:
        """Whether targets may be scaled."""
        return self.kind == "numbers"

    @property
    def class_count(self) -> int | None:
        """The number of classes, where it is known."""
        return None if self.classes is None else len(self.classes)

    @property
    def description(self) -> str:
        """What the targets are, for messages."""
        return DESCRIPTIONS[self.kind]
