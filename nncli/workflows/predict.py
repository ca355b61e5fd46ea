"""Predict with a checkpoint."""

from __future__ import annotations

import os
from typing import cast

import numpy as np

from nncli.data.source import Source
from nncli.lifecycle.predictor import PREDICTION_ROWS, load_predictor
from nncli.workflows.input_source import input_source
from nncli.workflows.predictions import Predictions


def predict(
    path: str | os.PathLike[str],
    text: str | os.PathLike[str],
    *,
    classes: bool = False,
    batch_size: int = PREDICTION_ROWS,
) -> Predictions:
    """Predict INPUT with a checkpoint or the best checkpoint of a run.

    Args:
        path: a .npz checkpoint or a run directory.
        text: INPUT: a file, a folder, -, the name of a built-in dataset, or a mapping as in a config.
        classes: return the most likely class instead of probabilities; for a multi-label model, 0 or 1 per label.
        batch_size: rows per batch, at least 1.

    Raises:
        UserError: if the checkpoint or INPUT cannot be used.
    """
    model = load_predictor(os.fspath(path))
    if classes and not model.preprocessing.task.is_multi_label:
        model.class_names(np.zeros((0, 1)))  # raises an error for a regression, before anything is read
    source = input_source(os.fspath(text), cast("Source", model.spec.data.train))
    rows = model.read(source, targets=False)
    return Predictions(model, rows, classes, batch_size, list(rows.notes))
