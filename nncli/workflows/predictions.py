"""Predictions for the rows of a source, as a table or written to a file."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import UserError
from nncli.core.json_values import json_ready
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.lifecycle.predictor import PREDICTION_ROWS, Predictor
from nncli.runs.atomic_write import write_atomically
from nncli.runs.run_files import OWN_FILES

ENDINGS = (".npy", ".csv", ".json")


@dataclass
class Predictions:
    """Predictions for the rows of a source, computed batch by batch as they are read.

    Args:
        model: the predictor.
        rows: the rows to predict.
        classes: return the most likely class instead of probabilities; for a multi-label model, 0 or 1 per label.
        batch_size: rows per batch.
        notes: notes for the user; complete after the last row.
    """

    model: Predictor
    rows: Rows
    classes: bool = False
    batch_size: int = PREDICTION_ROWS
    notes: list[str] = field(default_factory=list)

    @property
    def header(self) -> list[str]:
        """The names of the columns of `table`."""
        names = ["class"] if self._gives_classes else list(self.model.column_names)
        return names if self.rows.row_names is None else ["file", *names]

    def arrays(self) -> Iterator[Array]:
        """Yield the predictions of each batch: (n, units), class names (n,), or 0 or 1 per label (n, labels)."""
        for prediction in self.model.predict(self.rows, self.batch_size):
            if self._gives_classes:
                yield np.array(self.model.class_names(prediction))
            else:
                yield self.model.labels(prediction) if self.classes else prediction
        self.notes += dict.fromkeys(self.model.preprocessing.notes)

    def table(self) -> Iterator[list[Any]]:
        """Yield one list per row, in the order of `header`."""
        row = 0
        for part in self.arrays():
            values = part[:, np.newaxis] if self._gives_classes else self.model.columns(part)
            for line in values.tolist():
                yield line if self.rows.row_names is None else [self.rows.row_names[row], *line]
                row += 1

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write all predictions to a .npy, .csv or .json file; if writing fails, no file is left.

        Raises:
            UserError: if the file has another ending or must not be overwritten, or its folder does not exist.
            SaveError: if the file cannot be written.
        """
        path = os.fspath(path)
        writers = {".npy": self._write_npy, ".csv": self._write_csv, ".json": self._write_json}
        ending = next((ending for ending in ENDINGS if path.endswith(ending)), None)
        if ending is None:
            raise UserError(f"{path}: expected a name that ends in {', '.join(ENDINGS)}")
        if os.path.exists(path) and any(os.path.exists(file) and os.path.samefile(file, path) for file in self._used):
            raise UserError(f"{path}: the predictions need this file, so it is not overwritten; name another file")
        folder = os.path.dirname(os.path.abspath(path))
        if not os.path.isdir(folder):
            raise UserError(f"{path}: there is no folder {folder}; make it first")
        write_atomically(path, writers[ending])

    @property
    def _gives_classes(self) -> bool:
        """Whether a prediction is a class name."""
        return self.classes and not self.model.preprocessing.task.is_multi_label

    @property
    def _used(self) -> tuple[str, ...]:
        """Files that must not be overwritten: the input, the checkpoint, its run's files, and the training data."""
        sources = (self.model.spec.data.train, self.model.spec.data.validation, self.model.spec.data.test)
        fields = [value for source in sources if isinstance(source, Source) for value in vars(source).values()]
        run = os.path.dirname(os.path.dirname(os.path.abspath(self.model.path)))
        own = (os.path.join(run, name) for name in OWN_FILES)
        return (*self.rows.files, self.model.path, *own, *(value for value in fields if isinstance(value, str)))

    def _write_npy(self, file: BinaryIO) -> None:
        if self._gives_classes:  # the dtype depends on the longest name, so all names are needed first
            np.save(file, np.concatenate(list(self.arrays())), allow_pickle=False)
            return
        for index, part in enumerate(self.arrays()):
            if index == 0:
                header = {"descr": part.dtype.str, "fortran_order": False, "shape": (len(self.rows), *part.shape[1:])}
                np.lib.format.write_array_header_2_0(file, header)
            file.write(np.ascontiguousarray(part).data)

    def _write_csv(self, file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.table())
        text.flush()
        text.detach()

    def _write_json(self, file: BinaryIO) -> None:
        header = self.header
        for index, row in enumerate(self.table()):
            text = json.dumps(json_ready(dict(zip(header, row, strict=True))))
            file.write(f"{',' if index else '['}\n {text}".encode())
        file.write(b"\n]\n")
