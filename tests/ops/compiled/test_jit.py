"""Test compilation with a cache on disk that may be damaged or missing."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from nncli.ops.compiled.jit import jit
from nncli.ops.compiled.loading import numba_is_enabled

pytestmark = pytest.mark.skipif(not numba_is_enabled(), reason="numba is not installed, or NNCLI_COMPILED is 0")


def test_function_is_compiled_again_if_the_cache_is_damaged(monkeypatch):
    used_cache = []

    def njit(**options):
        def decorate(function):
            def call(*arguments):
                used_cache.append(options.get("cache", False))
                if options.get("cache"):
                    raise EOFError
                return function(*arguments)

            return call

        return decorate

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    twice = jit(lambda x: 2 * x)
    assert [twice(3), twice(4)] == [6, 8]
    assert used_cache == [True, False, False]


def test_function_is_compiled_for_this_process_if_the_cache_is_not_writable(monkeypatch):
    def njit(**options):
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return lambda function: function

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    assert jit(np.sqrt)(4.0) == 2
