"""Build sources for tests from files that the tests write."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.builder import build
from nncli.core.registry import SOURCES
from nncli.core.task import Task
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.scalers import NoScaler, Scaler

F64 = np.dtype(np.float64)


def source(**keys: Any) -> Any:
    """Return the source that is described by keys of a config."""
    return build(SOURCES, {key: str(value) if key in ("path",) else value for key, value in keys.items()})


def rows(*, with_targets: bool = True, **keys: Any) -> Rows:
    """Return the rows of the source that is described by keys of a config."""
    found: Rows = source(**keys).read(targets=with_targets)
    return found


def fitted(train: Rows, *, inputs: Scaler | None = None, targets: Scaler | None = None, **more: Any) -> Preprocessing:
    """Return the preprocessing of a regression, fitted to the training rows."""
    settings: dict[str, Any] = {"task": Task("numbers"), **more}
    return Preprocessing.fit(train, input_scaler=inputs or NoScaler(), target_scaler=targets or NoScaler(), **settings)
