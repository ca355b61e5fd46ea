"""Shared settings: long tests run only with --full, signals have their usual handlers, numba can be turned off."""

from __future__ import annotations

import signal

import pytest

from nncli.ops import current_ops
from nncli.ops.compiled.loading import SWITCH, load_compiled, numba_is_enabled


def pytest_configure(config):
    """Restore the handlers of SIGINT and SIGHUP, which are ignored under nohup and in background jobs of a script."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="run the tests marked long too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture
def without_numba(monkeypatch):
    """Return a function that turns compiled operations off for the rest of the test."""

    def turn_off():
        monkeypatch.setenv(SWITCH, "0")
        clear_caches()

    def clear_caches():
        for cached in (current_ops, numba_is_enabled, load_compiled):
            cached.cache_clear()

    yield turn_off
    clear_caches()
