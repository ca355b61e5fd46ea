"""The names of a run's files, and whether a directory holds a run."""

from __future__ import annotations

import os
import shlex

CONFIG, RESOLVED, ENVIRONMENT = "config.yaml", "resolved.yaml", "environment.json"
STATUS, TEST = "status.json", "test.json"
METRICS, LOG = "metrics.csv", "train.log"
CHECKPOINTS = "checkpoints"  # the folder of the checkpoints
BEST, LAST = "best", "last"  # names of checkpoints in this folder
# files of a run, which nncli must not overwrite with other output
OWN_FILES = (CONFIG, RESOLVED, ENVIRONMENT, STATUS, TEST, METRICS, LOG, "checkpoints/best.npz", "checkpoints/last.npz")


def is_begun(path: str) -> bool:
    """Whether a run has begun to write its files into a directory."""
    return any(os.path.exists(os.path.join(path, name)) for name in (STATUS, CONFIG, RESOLVED))


def run_suggestion(path: str) -> str:
    """Suggest a correction for a path that is not a run directory; "" if there is none.

    The suggestion is to train the path if it is a config, or to use a run directory that contains the path.
    """
    if path.endswith((".yaml", ".yml")):
        return f"; to train a config, write: nncli train {shlex.quote(path)}"
    above = os.path.dirname(path.rstrip("/"))
    for folder in (above, os.path.dirname(above)):
        if folder and os.path.exists(os.path.join(folder, STATUS)):
            return f"; did you mean {folder!r}?"
    return ""
