"""`CheckContext`: the draft and the data that every check receives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nncli.assemble.data_splits import DataSplits
from nncli.assemble.decide_task import declared_task_kind
from nncli.assemble.layer_shapes import follow_shapes
from nncli.assemble.load_data import LoadedData
from nncli.config.draft import Draft
from nncli.core.errors import Problem
from nncli.core.task import Task
from nncli.core.types import Shape
from nncli.data.preprocessing import Preprocessing


@dataclass
class CheckContext:
    """A draft and its data, with the task and the layer shapes that follow from them.

    Args:
        draft: the draft, after `complete_defaults`.
        loaded: the data of the draft, as far as they could be loaded.
    """

    draft: Draft
    loaded: LoadedData

    @property
    def splits(self) -> DataSplits | None:
        """The training, validation and test rows; None if the train source could not be read."""
        return self.loaded.splits

    @property
    def preprocessing(self) -> Preprocessing | None:
        """The preprocessing, fitted to the training rows; None if it could not be fitted."""
        return self.loaded.preprocessing

    @property
    def task(self) -> Task | None:
        """The task, with only its kind if the data could not be read; None if the loss could not be built."""
        if self.draft.loss is None:
            return None
        if self.preprocessing is not None:
            return self.preprocessing.task
        return (
            self.splits.task if self.splits is not None else Task(declared_task_kind(self.draft.loss, self.draft.data))
        )

    @cached_property
    def layer_shapes(self) -> tuple[Shape | None, list[Problem]]:
        """(output shape of the model, problems of its layers); the shape is None if it is not known."""
        problems: list[Problem] = []
        shape = None if self.preprocessing is None else self.preprocessing.input_shape
        output = follow_shapes(self.draft.layers, shape, problems, batch_size=self.draft.batch_size)
        return output, problems
