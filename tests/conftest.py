"""Long tests, which only --full runs; and signals that mean what they do in a terminal."""

from __future__ import annotations

import signal

import pytest

from nncli.core.compiling import SWITCH, compiled_module, compiles


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
    """A function from whose call on nothing is compiled."""

    def turn_off():
        monkeypatch.setenv(SWITCH, "0")
        forget()

    def forget():
        compiles.cache_clear()
        compiled_module.cache_clear()

    yield turn_off
    forget()
