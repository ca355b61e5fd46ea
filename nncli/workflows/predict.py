"""Predictions of a checkpoint for a file, as rows or written to a file."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import numpy as np

from nncli.core.errors import UserError
from nncli.core.json_values import json_ready
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.runs.atomic import write_atomically
from nncli.runs.directory import OWN_FILES
from nncli.workflows.inputs import source_of
from nncli.workflows.trained import PREDICTION_ROWS, Trained, load

ENDINGS = (".npy", ".csv", ".json")


@dataclass
class Predictions:
    """What a model predicts for the rows of a source, computed as it is read.

    Args:
        model: that predicts.
        rows: what it predicts for.
        classes: give the most likely class instead of values; of several labels a row 0 or 1 for each.
        batch_size: rows at a time.
        notes: what the user should know, whole after the last row.
    """

    model: Trained
    rows: Rows
    classes: bool = False
    batch_size: int = PREDICTION_ROWS
    notes: list[str] = field(default_factory=list)

    @property
    def header(self) -> list[str]:
        """The names of the columns of `table`."""
        names = ["class"] if self._named else list(self.model.column_names)
        return names if self.rows.row_names is None else ["file", *names]

    def arrays(self) -> Iterator[Array]:
        """Predictions batch by batch: (n, units), or class names (n,), or 0 or 1 for every label (n, labels)."""
        for prediction in self.model.predict(self.rows, self.batch_size):
            if self._named:
                yield np.array(self.model.class_names(prediction))
            else:
                yield self.model.labels(prediction) if self.classes else prediction
        self.notes += dict.fromkeys(self.model.preprocessing.notes)

    def table(self) -> Iterator[list[Any]]:
        """One list a row, in the order of `header`."""
        row = 0
        for part in self.arrays():
            values = part[:, np.newaxis] if self._named else self.model.columns(part)
            for line in values.tolist():
                yield line if self.rows.row_names is None else [self.rows.row_names[row], *line]
                row += 1

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes all predictions to a .npy, .csv or .json file, whole or not at all.

        Raises:
            UserError: for another ending.
            SaveError: where it cannot be written.
        """
        path = os.fspath(path)
        writers = {".npy": self._npy, ".csv": self._csv, ".json": self._json}
        ending = next((ending for ending in ENDINGS if path.endswith(ending)), None)
        if ending is None:
            raise UserError(f"{path}: expected a name that ends in {', '.join(ENDINGS)}")
        if any(os.path.exists(file) and os.path.exists(path) and os.path.samefile(file, path) for file in self._used):
            raise UserError(f"{path}: what the predictions are made from, which is not overwritten; name another file")
        folder = os.path.dirname(os.path.abspath(path))
        if not os.path.isdir(folder):
            raise UserError(f"{path}: there is no folder {folder}; make it first")
        write_atomically(path, writers[ending])

    @property
    def _named(self) -> bool:
        """Whether a prediction is the name of a class."""
        return self.classes and not self.model.preprocessing.several_labels

    @property
    def _used(self) -> tuple[str, ...]:
        """What is not overwritten: the input, the checkpoint, its run's files, and what it was trained on."""
        sources = (self.model.spec.data.train, self.model.spec.data.validation, self.model.spec.data.test)
        fields = [value for source in sources if isinstance(source, Source) for value in vars(source).values()]
        run = os.path.dirname(os.path.dirname(os.path.abspath(self.model.path)))
        own = (os.path.join(run, name) for name in OWN_FILES)
        return (*self.rows.files, self.model.path, *own, *(value for value in fields if isinstance(value, str)))

    def _npy(self, file: BinaryIO) -> None:
        if self._named:  # text, whose longest is known at the end
            np.save(file, np.concatenate(list(self.arrays())), allow_pickle=False)
            return
        for index, part in enumerate(self.arrays()):
            if index == 0:
                header = {"descr": part.dtype.str, "fortran_order": False, "shape": (len(self.rows), *part.shape[1:])}
                np.lib.format.write_array_header_2_0(file, header)
            file.write(np.ascontiguousarray(part).data)

    def _csv(self, file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.table())
        text.flush()
        text.detach()

    def _json(self, file: BinaryIO) -> None:
        header = self.header
        for index, row in enumerate(self.table()):
            text = json.dumps(json_ready(dict(zip(header, row, strict=True))))
            file.write(f"{',' if index else '['}\n {text}".encode())
        file.write(b"\n]\n")


def predict(
    path: str | os.PathLike[str],
    text: str | os.PathLike[str],
    *,
    classes: bool = False,
    batch_size: int = PREDICTION_ROWS,
) -> Predictions:
    """Predictions of a checkpoint or run for INPUT.

    Args:
        path: a .npz checkpoint or a run directory.
        text: a file, a folder, -, a built-in dataset's name, or a mapping as in a config.
        classes: the most likely class instead of values; of several labels a row 0 or 1 for each.
        batch_size: rows at a time.

    Raises:
        UserError: where either cannot be used.
    """
    model = load(os.fspath(path))
    if classes and not model.preprocessing.several_labels:
        model.class_names(np.zeros((0, 1)))
    source = source_of(os.fspath(text), cast("Source", model.spec.data.train))
    rows = model.read(source, targets=False)
    return Predictions(model, rows, classes, batch_size, list(rows.notes))
