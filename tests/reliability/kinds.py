"""Kinds of runs, each with an uninterrupted run to compare with."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reliability.children import run
from tests.workflows import tiny

CONFIG = "config.yaml"
HIDDEN = [{"type": "dense", "units": 4}, "tanh", {"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 1}]


def dense(**training: Any) -> dict[str, Any]:
    """Return the config of dense layers with dropout."""
    return tiny.classifier(model=[*HIDDEN, "sigmoid"], training={"epochs": 3, "batch_size": 16, **training})


def convolutional(**training: Any) -> dict[str, Any]:
    """Return the config of convolutions with dropout, with test rows."""
    values = tiny.convolutional(training={"epochs": 3, "batch_size": 20, **training})
    values["data"]["test"] = {"fraction": 0.2}
    return values


def early_stopping(**training: Any) -> dict[str, Any]:
    """Return the config of a run that stops early."""
    values = dense(**{"epochs": 60, "early_stopping": {"monitor": "val_loss", "patience": 2}, **training})
    return {**values, "optimizer": {"type": "adam", "learning_rate": 0.7}}


def many_checkpoints(**training: Any) -> dict[str, Any]:
    """Return the config of a run that keeps several checkpoints, some of them written within an epoch.

    Checkpoints are written every two steps and every two epochs. Weights are averaged, and the state of the metric
    roc_auc contains all rows.
    """
    checkpoint = {"monitor": "val_log_loss", "keep": 3, "every_epochs": 2, "every_steps": 2}
    values = dense(**{"epochs": 7, "checkpoint": checkpoint, "weight_averaging": {"decay": 0.9}, **training})
    return {**values, "metrics": ["roc_auc", "f1", "log_loss"]}


def many_metrics(**training: Any) -> dict[str, Any]:
    """Return the config of a run with many metrics, so that metrics.csv is larger than a checkpoint."""
    metrics = ["accuracy", "precision", "recall", "f1", "brier", "log_loss"]
    return {**dense(**{"epochs": 90, **training}), "metrics": metrics}


KINDS = {kind.__name__: kind for kind in (dense, convolutional, early_stopping, many_checkpoints, many_metrics)}


@dataclass
class Scene:
    """A folder with data, a config, an uninterrupted run of the config and, in a test, an interrupted one.

    Args:
        folder: the working directory of all commands.
    """

    folder: Path

    @classmethod
    def of(cls, folder: Path, values: dict[str, Any]) -> Scene:
        """Write the files and train once."""
        tiny.write(folder, values, CONFIG)
        scene = cls(folder)
        ended = run(folder, "train", CONFIG, "--run-dir", "uninterrupted")
        assert ended.code == 0, ended.err
        return scene

    @property
    def uninterrupted(self) -> Path:
        """The uninterrupted run."""
        return self.folder / "uninterrupted"

    @property
    def run(self) -> Path:
        """The run that is interrupted."""
        return self.folder / "run"

    def clear(self) -> None:
        """Remove the interrupted run."""
        shutil.rmtree(self.run, ignore_errors=True)

    def begin_with(self, source: Path) -> None:
        """Make the interrupted run a copy of another run; hard links stay hard links."""
        self.clear()
        subprocess.run(["cp", "-a", source, self.run], check=True)


TRAIN = ("train", CONFIG, "--run-dir", "run", "--resume")  # the command that a cluster scheduler repeats
