"""Mount small or read-only file systems, if this process has the permission to mount."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _mount(*arguments: str | Path) -> bool:
    if shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def can_mount(folder: Path) -> bool:
    """Return whether this process may mount file systems."""
    if not _mount("-t", "tmpfs", "-o", "size=64k", "nncli-test", folder):
        return False
    subprocess.run(["umount", folder], check=True)
    return True


@contextmanager
def small(folder: Path, size: int) -> Iterator[None]:
    """Mount a file system of the given size in KiB at a folder."""
    assert _mount("-t", "tmpfs", "-o", f"size={size}k", "nncli-test", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def enlarge(folder: Path) -> None:
    """Enlarge a small file system."""
    assert _mount("-o", "remount,size=16m", folder)


def make_read_only(folder: Path) -> None:
    """Make a folder read-only. Permissions do not stop root, so for root this is a read-only mount."""
    if os.geteuid():
        folder.chmod(0o555)
    else:
        assert _mount("--bind", folder, folder)
        assert _mount("-o", "remount,ro,bind", folder)


def make_writable(folder: Path) -> None:
    """Make the folder writable again."""
    if os.geteuid():
        folder.chmod(0o755)
    else:
        subprocess.run(["umount", folder], check=True)
