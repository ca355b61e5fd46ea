"""Test the lock of a run directory."""

from __future__ import annotations

import errno
import os

import pytest

from nncli.core.errors import RunError
from nncli.runs.lock import locked


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory."""
    monkeypatch.chdir(tmp_path)


def test_file_systems_without_locks_can_be_used(monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def fail_with(number):
        def flock(*_):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", flock)

    os.mkdir("run")
    fail_with(errno.ENOLCK)
    with locked("run"):
        pass
    fail_with(errno.EWOULDBLOCK)
    with pytest.raises(RunError, match="another process is writing this run"), locked("run"):
        pass
    fail_with(errno.EIO)
    with pytest.raises(RunError, match=r"cannot be locked \(Input/output error\)"), locked("run"):
        pass
