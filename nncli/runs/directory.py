"""The directory of one run."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import time
from collections.abc import Iterator
from typing import Any, Literal, get_args

from nncli.core.errors import CheckpointError, RunError, SaveError
from nncli.core.json_values import json_ready
from nncli.core.spelling import nearest_file
from nncli.core.untrusted_files import open_regular_file
from nncli.core.value_text import format_value
from nncli.runs.atomic import MARK, is_temporary, sync_file, sync_folder, write_atomically
from nncli.runs.metrics_log import MetricsLog

_KEPT = re.compile(r"epoch-\d+-step-\d+")
State = Literal["running", "finished", "stopped", "failed"]
CONFIG, RESOLVED, ENVIRONMENT = "config.yaml", "resolved.yaml", "environment.json"
STATUS, TEST = "status.json", "test.json"
METRICS, LOG = "metrics.csv", "train.log"
CHECKPOINTS = "checkpoints"
LARGEST_JSON = 64 << 20  # bytes of a file; the fingerprints of 300,000 images are 50 MB
MOST_LISTS = 10_000  # lists and mappings in it, each of which may take 60 bytes of memory for 2 of the file
BEST, LAST = "best", "last"  # checkpoints
# which others may not write
OWN_FILES = (CONFIG, RESOLVED, ENVIRONMENT, STATUS, TEST, METRICS, LOG, "checkpoints/best.npz", "checkpoints/last.npz")


class RunDirectory:
    """Where a run writes its files.

    Args:
        path: of the directory.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.metrics = MetricsLog(self.file(METRICS))

    @classmethod
    def create(cls, name: str) -> RunDirectory:
        """A new directory runs/TIME-NAME in the working directory; -2, -3 where that is taken.

        Raises:
            RunError: where it cannot be made.
        """
        stem = os.path.join("runs", f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(name)}")
        for number in range(1, 1000):
            path = stem if number == 1 else f"{stem}-{number}"
            with contextlib.suppress(FileExistsError):
                return cls._make(path)
        raise RunError(f"{stem}: taken a thousand times; name another with --run-dir")

    @classmethod
    def at(cls, path: str) -> RunDirectory:
        """Exactly that directory, which may exist if it is empty.

        Raises:
            RunError: where a run or something else is in it already, or it cannot be made.
        """
        try:
            return cls._make(path)
        except FileExistsError:
            pass
        if not os.path.isdir(path):
            raise RunError(f"{path}: a file; expected a directory for the run")
        run = cls(path)
        if not run._is_empty():  # looked at first: another process may be beginning a run here
            if is_begun(path):
                raise begun_already(path)
            raise RunError(f"{path}: not empty, and no run; name another directory")
        run.make_inside()
        return run

    def _is_empty(self) -> bool:
        """Whether nothing is in it, but what a run leaves that was killed before it wrote anything whole."""
        with _reading(self.path):
            names = [name for name in os.listdir(self.path) if not is_temporary(name)]
            return names in ([], [CHECKPOINTS]) and not (names and os.listdir(self.file(CHECKPOINTS)))

    @classmethod
    def _make(cls, path: str) -> RunDirectory:
        parent = os.path.dirname(os.path.abspath(path))
        try:
            os.makedirs(parent, exist_ok=True)
        except OSError as error:
            raise RunError(f"{parent}: cannot be made ({error.strerror}); expected a directory for the run") from None
        try:
            os.mkdir(path)
        except FileExistsError:
            raise
        except OSError as error:
            raise RunError(f"{path}: cannot be made ({error.strerror})") from None
        run = cls(path)
        run.make_inside()
        with _writing(parent):
            sync_folder(parent)
        return run

    def make_inside(self) -> None:
        """Makes the folders inside.

        Raises:
            SaveError: where that fails.
        """
        folder = self.file(CHECKPOINTS)
        with _writing(folder):
            os.makedirs(folder, exist_ok=True)

    def sweep(self) -> None:
        """Removes what a killed process left of files that it had not finished.

        Raises:
            SaveError: where that fails.
        """
        for folder in (self.path, self.file(CHECKPOINTS)):
            with _writing(folder):
                for name in os.listdir(folder) if os.path.isdir(folder) else ():
                    if is_temporary(name):
                        os.unlink(os.path.join(folder, name))

    def file(self, name: str) -> str:
        """The path of a file in it."""
        return os.path.join(self.path, name)

    def checkpoint(self, name: str) -> str:
        """The path of a checkpoint in it, such as best or last."""
        return self.file(os.path.join(CHECKPOINTS, f"{name}.npz"))

    def write_text(self, name: str, text: str) -> None:
        """Writes a file whole or not at all.

        Raises:
            SaveError: where that fails.
        """
        self.write_bytes(name, text.encode())

    def write_bytes(self, name: str, content: bytes) -> None:
        """Writes a file whole or not at all.

        Raises:
            SaveError: where that fails.
        """
        write_atomically(self.file(name), lambda file: file.write(content))

    def write_json(self, name: str, values: dict[str, Any]) -> None:
        """Writes plain values as JSON.

        Raises:
            SaveError: where that fails.
        """
        text = json.dumps(json_ready(values), indent=2) + "\n"
        if len(text) > LARGEST_JSON:
            raise SaveError(f"{self.file(name)}: cannot be written: it would be larger than {LARGEST_JSON:,} bytes")
        self.write_text(name, text)

    def read_json(self, name: str) -> dict[str, Any]:
        """What a JSON file of the run says.

        Raises:
            RunError: where it is missing or damaged.
        """
        try:
            values = json.loads(self._read(name))
        except (ValueError, RecursionError):
            raise RunError(f"{self.file(name)}: not the JSON that a run writes, or damaged") from None
        if not isinstance(values, dict):
            raise RunError(f"{self.file(name)}: expected a mapping")
        return values

    def _read(self, name: str) -> bytes:
        path = self.file(name)
        try:
            with open_regular_file(path) as file:
                content = file.read(LARGEST_JSON + 1)
        except FileNotFoundError:
            if not os.path.exists(self.path):
                raise RunError(f"no such run directory: {self.path}{nearest_file(self.path)}") from None
            raise RunError(f"{self.path}: not a run directory (it has no {name}){_run_near(self.path)}") from None
        except NotADirectoryError:
            raise RunError(f"{self.path}: a file; expected a run directory{_run_near(self.path)}") from None
        except OSError as error:
            raise RunError(f"{path}: cannot be read ({error.strerror})") from None
        if len(content) > LARGEST_JSON or content.count(b"[") + content.count(b"{") > MOST_LISTS:
            raise RunError(f"{path}: larger than what a run writes")
        return content

    def set_status(self, state: State, epoch: int, step: int, reason: str | None = None) -> None:
        """Writes status.json.

        Raises:
            SaveError: where that fails.
        """
        values = {"state": state, "reason": reason, "epoch": epoch, "step": step}
        content = json.dumps(values, indent=2).encode() + b"\n"
        durable = state != "running" or step == 0  # those between would be no loss, and the first one begins the run
        write_atomically(self.file(STATUS), lambda file: file.write(content), durable=durable)

    @property
    def state(self) -> State:
        """What status.json says; running where it is empty after a power cut, or gone though there is a checkpoint.

        Raises:
            RunError: where there is no run.
        """
        if not os.path.exists(self.file(STATUS)) and os.path.exists(self.checkpoint(LAST)):
            return "running"
        if not self._read(STATUS).strip(b"\0 \n"):
            return "running"
        state: Any = self.read_json(STATUS).get("state")
        if state not in get_args(State):
            raise RunError(f"{self.file(STATUS)}: the state is {format_value(state)}; not what a run writes")
        return state

    def log(self, line: str) -> None:
        """Adds a line to train.log.

        Raises:
            SaveError: where that fails.
        """
        path = self.file(LOG)
        with _writing(path), open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def link(self, source: str, target: str) -> None:
        """Gives a checkpoint a second name, in one step, without writing it again.

        Raises:
            SaveError: where that fails.
        """
        temporary = self.file(os.path.join(CHECKPOINTS, f".{target}{MARK}"))
        with _writing(self.checkpoint(target)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            try:
                try:
                    os.link(self.checkpoint(source), temporary)
                except OSError:  # a file system without links
                    shutil.copyfile(self.checkpoint(source), temporary)
                    sync_file(temporary)
                os.replace(temporary, self.checkpoint(target))
            finally:
                with contextlib.suppress(OSError):  # two names of one file are left alone by replace
                    os.unlink(temporary)
            sync_folder(self.file(CHECKPOINTS))

    def keep_last(self, epoch: int, step: int, keep: int) -> None:
        """Keeps the last `keep` states: last.npz and, for more than one, those before it as epoch-E-step-S.npz.

        Raises:
            SaveError: where that fails.
        """
        if keep > 1:
            self.link(LAST, f"epoch-{epoch:04d}-step-{step:08d}")
        kept = self.kept()
        with _writing(self.file(CHECKPOINTS)):
            for name in kept[:-keep] if keep > 1 else kept:
                os.unlink(self.checkpoint(name))

    def checkpoints(self) -> list[str]:
        """The names of all checkpoints."""
        with _reading(self.path):
            found = os.listdir(self.file(CHECKPOINTS)) if os.path.isdir(self.file(CHECKPOINTS)) else []
        return [name.removesuffix(".npz") for name in found if name.endswith(".npz") and not is_temporary(name)]

    def kept(self) -> list[str]:
        """The names of the checkpoints of earlier epochs, the latest last."""
        names = [name for name in self.checkpoints() if _KEPT.fullmatch(name)]
        return sorted(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _run_near(path: str) -> str:
    """What may have been meant instead of something that is no run directory, or nothing."""
    if path.endswith((".yaml", ".yml")):
        return f"; a config begins with: nncli train {shlex.quote(path)}"
    above = os.path.dirname(path.rstrip("/"))
    for folder in (above, os.path.dirname(above)):
        if folder and os.path.exists(os.path.join(folder, STATUS)):
            return f"; did you mean {folder!r}?"
    return ""


@contextlib.contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SaveError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror or error})") from None


def begun_already(path: str) -> RunError:
    """The error for a new run in the directory of another."""
    return RunError(f"{path}: holds a run already; name another directory, or go on with it by --resume")


def is_begun(path: str) -> bool:
    """Whether a run has begun to write its files into that directory."""
    return any(os.path.exists(os.path.join(path, name)) for name in (STATUS, CONFIG, RESOLVED))


def slug(name: str) -> str:
    """A name as part of a file name: letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"


def environment_beside(path: str) -> dict[str, Any] | None:
    """The environment of the run that a checkpoint stands in; None where it stands elsewhere.

    Raises:
        RunError: where it is damaged.
    """
    folder, inside = os.path.split(os.path.dirname(os.path.abspath(path)))
    run = RunDirectory(folder)
    is_run = inside == CHECKPOINTS and is_begun(folder) and os.path.exists(run.file(ENVIRONMENT))
    return run.read_json(ENVIRONMENT) if is_run else None


def checkpoint_path(path: str) -> str:
    """The checkpoint that a .npz file or a run directory (its best one) stands for.

    Raises:
        CheckpointError: where there is none.
    """
    if os.path.isdir(path):
        best = RunDirectory(path).checkpoint(BEST)
        if os.path.exists(best):
            return best
        if os.path.exists(os.path.join(path, STATUS)):
            raise CheckpointError(f"{path}: this run has no best checkpoint ({RunDirectory(path).state})")
        raise CheckpointError(f"{path}: a directory without checkpoints; expected a run directory or a .npz checkpoint")
    if not os.path.exists(path):
        raise CheckpointError(f"no such checkpoint or run directory: {path}{nearest_file(path)}")
    return path
