"""Simulate power cuts after which synced data remain on the disk, and as little as possible of all other data."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

from tests.reliability.children import Action
from tests.reliability.moments import Count, Moments, watch


class Disk:
    """The synced state of the disk: the content of every file and the names in every folder at the last fsync.

    Synced files stay open, so that no other file gets their inode number.

    Args:
        folder: parent of the run directory; its current content counts as synced.
        names_persist: whether the names in a folder reach the disk without an fsync; the content of files never does.
    """

    def __init__(self, folder: Path, *, names_persist: bool) -> None:
        self._folder, self._names_persist = folder, names_persist
        self._content: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        for path in (folder, *folder.rglob("*")):
            descriptor = os.open(path, os.O_RDONLY)
            self.sync(descriptor)
            os.close(descriptor)

    def sync(self, descriptor: int) -> None:
        """Store the current state of a file or folder as synced; replaces os.fsync."""
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
        """Write to `target` what remains of the run directory `name` after a power cut."""
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
        if self._names_persist:
            return self._listed(str(folder))
        return self._names.get(folder.stat().st_ino, {})

    def _folders(self, parent: Path, name: str) -> set[int]:
        path = parent / name
        return {path.stat().st_ino} if path.is_dir() else set()


def _identity(descriptor: int) -> tuple[int, bool]:
    seen = os.fstat(descriptor)
    return seen.st_ino, stat.S_ISDIR(seen.st_mode)


def cut_at(action: Action, number: int, target: Path, *, names_persist: bool) -> Action:
    """Wrap an action so that a power cut at moment `number` is simulated.

    The files that the power cut would leave are written to `target`, and the process is killed.

    Args:
        action: the function that the process runs; it writes its run to the directory named run.
        number: the number of the moment.
        target: the folder to which the remaining files are written.
        names_persist: as in `Disk`.
    """

    def acting() -> object:
        disk = Disk(Path.cwd(), names_persist=names_persist)
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
