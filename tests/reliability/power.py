"""What a power cut may leave of a run: what was made sure to be on the disk, and of the rest as little as possible."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

from tests.reliability.children import Action
from tests.reliability.moments import Count, Moments, watch


class Disk:
    """What is surely on the disk: every file as it was at its last fsync, every folder's names as at its own.

    Files that are seen stay open, so that no other file gets their number.

    Args:
        folder: that the run's directory is in; all that is in it now is on the disk.
        names_last: whether names get to the disk at once, and only the content of files does not.
    """

    def __init__(self, folder: Path, *, names_last: bool) -> None:
        self._folder, self._names_last = folder, names_last
        self._content: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        for path in (folder, *folder.rglob("*")):
            descriptor = os.open(path, os.O_RDONLY)
            self.sync(descriptor)
            os.close(descriptor)

    def sync(self, descriptor: int) -> None:
        """Takes the place of os.fsync."""
        number, is_folder = _identity(descriptor)
        path = f"/proc/self/fd/{descriptor}"
        if is_folder:
            self._names[number] = self._listed(path)
        else:
            os.dup(descriptor)
            self._content[number] = Path(path).read_bytes()

    def _listed(self, path: str) -> dict[str, int]:
        return {name: _identity(os.open(f"{path}/{name}", os.O_RDONLY))[0] for name in os.listdir(path)}

    def cut(self, name: str, target: Path) -> None:
        """Writes what is left of a run's directory."""
        self._write(self._folder / name, self._folder, name, target)

    def _write(self, path: Path, parent: Path, name: str, target: Path) -> None:
        names = self._names_of(parent)
        if name not in names:
            return
        if names[name] not in self._folders(parent, name):
            target.write_bytes(self._content.get(names[name], b""))
            return
        target.mkdir()
        for inner in self._names_of(path):
            self._write(path / inner, path, inner, target / inner)

    def _names_of(self, folder: Path) -> dict[str, int]:
        if self._names_last:
            return self._listed(str(folder))
        return self._names.get(folder.stat().st_ino, {})

    def _folders(self, parent: Path, name: str) -> set[int]:
        path = parent / name
        return {path.stat().st_ino} if path.is_dir() else set()


def _identity(descriptor: int) -> tuple[int, bool]:
    seen = os.fstat(descriptor)
    return seen.st_ino, stat.S_ISDIR(seen.st_mode)


def cut_at(action: Action, number: int, target: Path, *, names_last: bool) -> Action:
    """The action in a process that is killed at that moment, with what a power cut would have left written to a folder.

    Args:
        action: what the process does; its run is the directory run.
        number: of the moment.
        target: where to write what is left.
        names_last: as for a disk.
    """

    def acting() -> object:
        disk = Disk(Path.cwd(), names_last=names_last)
        os.fsync = disk.sync
        cutting = False

        def act(reached: int, what: str, new: bool) -> None:
            nonlocal cutting
            if new and reached == number and not cutting:
                cutting = True
                os.write(2, f"cut before {what}\n".encode())
                disk.cut("run", target)
                os.kill(os.getpid(), signal.SIGKILL)

        watch(Moments(act, Count()))
        return action()

    return acting
