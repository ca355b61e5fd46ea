"""The fitted values of a preprocessing, and their stored form in checkpoints."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from nncli.core.task import Task, TaskKind
from nncli.core.types import Shape
from nncli.data.column_encoding.column_encoder import ColumnEncoder
from nncli.data.scaling import Scaling, restore_scaling, scaling_state


@dataclass
class StoredPreprocessing:
    """The fitted values of a preprocessing.

    Args:
        input_shape: shape of one row of the network's inputs.
        columns: the encoders of a table's columns; empty for arrays and images.
        feature_names: a name for every column of the network's inputs, if they have names.
        input_scaling: scaling of the inputs, or None.
        task: the task, with its classes, or with the names and the shape of its targets.
        target_scaling: scaling of the targets, or None.
        class_weights: the weight of every class in the loss; None if every weight is 1.
        notes: notes for the user about fitting and applying, such as imputed cells.
    """

    input_shape: Shape
    columns: tuple[ColumnEncoder, ...] = ()
    feature_names: tuple[str, ...] | None = None
    input_scaling: Scaling | None = None
    task: Task = field(default_factory=lambda: Task("numbers"))
    target_scaling: Scaling | None = None
    class_weights: tuple[float, ...] | None = None
    notes: list[str] = field(default_factory=list, compare=False)

    def state(self) -> dict[str, Any]:
        """Return plain values from which `restore` makes the same preprocessing; JSON stores their floats exactly."""
        return {
            "input_shape": list(self.input_shape),
            "columns": [column.state() for column in self.columns],
            "feature_names": None if self.feature_names is None else list(self.feature_names),
            "input_scaling": scaling_state(self.input_scaling),
            "classes": None if self.task.classes is None else list(self.task.classes),
            "several_labels": self.task.is_multi_label,
            "target_names": list(self.task.target_names),
            "target_shape": list(self.task.target_shape),
            "target_scaling": scaling_state(self.target_scaling),
            "class_weights": None if self.class_weights is None else list(self.class_weights),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any], learns: TaskKind = "numbers") -> Self:
        """Return a preprocessing from its stored form.

        Args:
            state: the stored form that `state` returned.
            learns: the kind of targets that the loss expects, because the stored form does not distinguish counts from
                other numbers.

        Raises:
            ValueError: if the stored form is invalid; whether it fits a network is checked only by `check`.
        """
        names = (*(state["feature_names"] or ()), *state["target_names"], *(state["classes"] or ()))
        if not all(isinstance(name, str) for name in names):
            raise ValueError(f"expected text as names of features, targets and classes; got {names}")
        "".join(names).encode()  # raises a ValueError if a name has lone surrogates
        shapes = [*state["input_shape"], *state["target_shape"]]
        if not all(type(size) is int and size > 0 for size in shapes) or not state["input_shape"]:
            raise ValueError(f"expected shapes of positive whole numbers; got {shapes}")
        several_labels = state.get("several_labels", False)
        if not isinstance(several_labels, bool):
            raise ValueError(f"several_labels is {several_labels!r}; expected true or false")
        if several_labels and state["classes"] is not None:
            raise ValueError("several_labels of the preprocessing do not fit its classes")
        return cls(
            input_shape=tuple(state["input_shape"]),
            columns=tuple(ColumnEncoder.from_state(column) for column in state["columns"]),
            feature_names=None if state["feature_names"] is None else tuple(state["feature_names"]),
            input_scaling=restore_scaling(state["input_scaling"]),
            task=_restore_task(state, several_labels, learns),
            target_scaling=restore_scaling(state["target_scaling"]),
            class_weights=None if state.get("class_weights") is None else tuple(state["class_weights"]),
        )

    def check(self, output_shape: Shape) -> None:
        """Check that a restored preprocessing is consistent with itself and with a network.

        Args:
            output_shape: shape of one row of the network's outputs.

        Raises:
            ValueError: if it is not consistent; names the fields that do not fit.
        """
        units = math.prod(output_shape)
        features = sum(len(column.features) for column in self.columns)
        input_width = self.input_shape[-1]
        classes, weights = self.task.classes, self.class_weights
        weights_fit = weights is None or (
            classes is not None
            and len(weights) == len(classes)
            and all(isinstance(weight, float) and weight > 0 for weight in weights)
        )
        fits = {
            "columns": not self.columns or self.input_shape == (features,),
            "feature_names": self.feature_names is None or len(self.feature_names) == input_width,
            "input_scaling": self.input_scaling is None or self.input_scaling.fits(input_width),
            "classes": classes is None or len(classes) == max(2, units),
            "class_weights": weights_fit,
            "several_labels": not self.task.is_multi_label or (classes is None and self.target_scaling is None),
            "target_shape": classes is not None or math.prod(self.task.target_shape) == units,
            "target_scaling": self.target_scaling is None or self.target_scaling.fits(self.task.target_shape[-1]),
        }
        if wrong := [name for name, right in fits.items() if not right]:
            raise ValueError(f"{', '.join(wrong)} of the preprocessing do not fit the model")


def _restore_task(state: Mapping[str, Any], multi_label: bool, learns: TaskKind) -> Task:
    """Return the task of a stored preprocessing."""
    classes = None if state["classes"] is None else tuple(state["classes"])
    numbers: TaskKind = "counts" if learns == "counts" else "numbers"
    kind: TaskKind = "classes" if classes is not None else "multi_label" if multi_label else numbers
    return Task(kind, classes, tuple(state["target_names"]), tuple(state["target_shape"]))
