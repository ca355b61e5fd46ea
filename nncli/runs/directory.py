"""The directory of one run."""

from __future__ import annotations

import json
import os
from typing import Any, Literal, get_args

from nncli.core.errors import RunError
from nncli.core.value_text import format_value
from nncli.runs.atomic_write import is_temporary, write_atomically
from nncli.runs.checkpoint_folder import CheckpointFolder
from nncli.runs.file_errors import wrap_write_errors
from nncli.runs.metrics_log import MetricsLog
from nncli.runs.run_files import CHECKPOINTS, LAST, LOG, METRICS, STATUS
from nncli.runs.run_json import json_text, read_run_bytes, read_run_json

State = Literal["running", "finished", "stopped", "failed"]


class RunDirectory:
    """Read and write the files of a run.

    Args:
        path: path of the directory.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.metrics = MetricsLog(self.file(METRICS))
        self.checkpoints = CheckpointFolder(self.file(CHECKPOINTS))

    def file(self, name: str) -> str:
        """Return the path of a file in the directory."""
        return os.path.join(self.path, name)

    def checkpoint(self, name: str) -> str:
        """Return the path of a checkpoint, such as best or last."""
        return self.checkpoints.file(name)

    def remove_unfinished_files(self) -> None:
        """Remove the unfinished files of a killed process.

        Raises:
            SaveError: if that fails.
        """
        for folder in (self.path, self.checkpoints.path):
            with wrap_write_errors(folder):
                for name in os.listdir(folder) if os.path.isdir(folder) else ():
                    if is_temporary(name):
                        os.unlink(os.path.join(folder, name))

    def write_text(self, name: str, text: str) -> None:
        """Write a file atomically.

        Raises:
            SaveError: if that fails.
        """
        self.write_bytes(name, text.encode())

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a file atomically.

        Raises:
            SaveError: if that fails.
        """
        write_atomically(self.file(name), lambda file: file.write(content))

    def write_json(self, name: str, values: dict[str, Any]) -> None:
        """Write plain values as JSON.

        Raises:
            SaveError: if that fails.
        """
        self.write_text(name, json_text(self.file(name), values))

    def read_json(self, name: str) -> dict[str, Any]:
        """Return the values in a JSON file of the run.

        Raises:
            RunError: if it is missing or damaged.
        """
        return read_run_json(self.path, name)

    def set_status(self, state: State, epoch: int, step: int, reason: str | None = None) -> None:
        """Write status.json.

        Raises:
            SaveError: if that fails.
        """
        values = {"state": state, "reason": reason, "epoch": epoch, "step": step}
        content = json.dumps(values, indent=2).encode() + b"\n"
        # the first status marks the run as begun; later statuses of a running run may be lost in a power cut
        durable = state != "running" or step == 0
        write_atomically(self.file(STATUS), lambda file: file.write(content), durable=durable)

    @property
    def state(self) -> State:
        """The state in status.json; running if the file is empty after a power cut, or missing but last.npz exists.

        Raises:
            RunError: if there is no run.
        """
        if not os.path.exists(self.file(STATUS)) and os.path.exists(self.checkpoint(LAST)):
            return "running"
        if not read_run_bytes(self.path, STATUS).strip(b"\0 \n"):
            return "running"
        state: Any = self.read_json(STATUS).get("state")
        if state not in get_args(State):
            known = f"one of {', '.join(get_args(State))}"
            raise RunError(f"{self.file(STATUS)}: expected a state, {known}; got {format_value(state)}")
        return state

    def log(self, line: str) -> None:
        """Append a line to train.log.

        Raises:
            SaveError: if that fails.
        """
        path = self.file(LOG)
        with wrap_write_errors(path), open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
