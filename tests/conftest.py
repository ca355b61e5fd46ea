"""Long tests, which only --full runs; and signals that mean what they do in a terminal."""

from __future__ import annotations

import signal

import pytest

from nncli.ops import current_ops
from nncli.ops.compiled.loading import SWITCH, load_compiled, numba_is_enabled


def pytest_configure(config):
    """Under nohup and in the background of a script, some are ignored."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="run the tests marked long, too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture
def without_numba(monkeypatch):
    """A function that turns compiled operations off."""

    def turn_off():
        monkeypatch.setenv(SWITCH, "0")
        forget()

    def forget():
        for cached in (current_ops, numba_is_enabled, load_compiled):
            cached.cache_clear()

    yield turn_off
    forget()
