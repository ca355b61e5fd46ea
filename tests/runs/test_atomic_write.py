"""Test that files are written completely or not at all, and that an older file survives a failure."""

from __future__ import annotations

import os

import pytest

from nncli.core.errors import SaveError
from nncli.runs.atomic_write import write_atomically


def full(*_):
    """Raise the error of a full disk."""
    raise OSError(28, "No space left on device")


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "a"
    write_atomically(str(path), lambda file: file.write(b"first, and longer"))
    write_atomically(str(path), lambda file: file.write(b"second"))
    assert path.read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["replace", "fsync", "chmod"])
@pytest.mark.parametrize("before", [b"old", None])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, name, before):
    path = tmp_path / "a"
    if before is not None:
        path.write_bytes(before)
    monkeypatch.setattr(os, name, full)
    with pytest.raises(SaveError, match=r"cannot be written \(No space left on device\)") as caught:
        write_atomically(str(path), lambda file: file.write(b"new"))
    assert caught.value.exit_code == 1
    assert os.listdir(tmp_path) == ([] if before is None else ["a"])
    assert before is None or path.read_bytes() == before


def test_a_failure_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(str(path), fail)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_content_is_synced_before_the_file_is_renamed(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (done.append("fsync"), fsync(descriptor))[1])
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), replace(*names))[1])
    write_atomically(str(tmp_path / "a"), lambda file: file.write(b"x"))
    assert done[:2] == ["fsync", "replace"]


def test_a_written_file_has_the_default_permissions(tmp_path):
    write_atomically(str(tmp_path / "a"), lambda file: file.write(b"x"))
    (tmp_path / "b").write_bytes(b"x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_missing_folder_raises_a_save_error(tmp_path):
    with pytest.raises(SaveError, match="No such file or directory"):
        write_atomically(str(tmp_path / "gone" / "a"), lambda file: file.write(b"x"))


def test_ctrl_c_after_the_rename_raises_keyboard_interrupt(tmp_path, monkeypatch):
    replace = os.replace

    def interrupted(*names):
        replace(*names)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(str(tmp_path / "a"), lambda file: file.write(b"new"))
    assert os.listdir(tmp_path) == ["a"]
