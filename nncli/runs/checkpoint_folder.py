"""The folder of a run's checkpoints: their names, and how many are kept."""

from __future__ import annotations

import contextlib
import os
import re
import shutil

from nncli.runs.atomic_write import UNFINISHED_ENDING, is_temporary, sync_file, sync_folder
from nncli.runs.file_errors import wrap_read_errors, wrap_write_errors
from nncli.runs.run_files import LAST

_EPOCH_NAME = re.compile(r"epoch-\d+-step-\d+")


class CheckpointFolder:
    """The folder checkpoints/ of a run.

    Args:
        path: path of the folder.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def make(self) -> None:
        """Make the folder if it does not exist.

        Raises:
            SaveError: if that fails.
        """
        with wrap_write_errors(self.path):
            os.makedirs(self.path, exist_ok=True)

    def file(self, name: str) -> str:
        """Return the path of a checkpoint, such as best or last."""
        return os.path.join(self.path, f"{name}.npz")

    def names(self) -> list[str]:
        """Return the names of all checkpoints."""
        with wrap_read_errors(os.path.dirname(self.path)):
            found = os.listdir(self.path) if os.path.isdir(self.path) else []
        return [name.removesuffix(".npz") for name in found if name.endswith(".npz") and not is_temporary(name)]

    def epoch_names(self) -> list[str]:
        """Return the names of the epoch-E-step-S checkpoints, from the oldest to the latest."""
        names = [name for name in self.names() if _EPOCH_NAME.fullmatch(name)]
        return sorted(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])

    def link(self, source: str, target: str) -> None:
        """Give a checkpoint a second name, as a hard link; an older file of that name is replaced atomically.

        Raises:
            SaveError: if that fails.
        """
        temporary = os.path.join(self.path, f".{target}{UNFINISHED_ENDING}")
        with wrap_write_errors(self.file(target)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            try:
                try:
                    os.link(self.file(source), temporary)
                except OSError:  # the file system may have no hard links
                    shutil.copyfile(self.file(source), temporary)
                    sync_file(temporary)
                os.replace(temporary, self.file(target))
            finally:
                with contextlib.suppress(OSError):  # os.replace keeps `temporary` if both are links to the same file
                    os.unlink(temporary)
            sync_folder(self.path)

    def keep_last(self, epoch: int, step: int, keep: int) -> None:
        """Keep the last `keep` checkpoints and delete older ones.

        If `keep` is 1, only last.npz is kept; otherwise each of the last `keep` checkpoints is also stored as
        epoch-E-step-S.npz.

        Raises:
            SaveError: if that fails.
        """
        if keep > 1:
            self.link(LAST, f"epoch-{epoch:04d}-step-{step:08d}")
        names = self.epoch_names()
        with wrap_write_errors(self.path):
            for name in names[:-keep] if keep > 1 else names:
                os.unlink(self.file(name))
