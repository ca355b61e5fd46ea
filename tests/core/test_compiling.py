"""What is compiled, and what happens where that does not work."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from nncli.core import compiling
from nncli.core.compiling import SWITCH, compiled, compiled_module, compiler, compiles

MODULE = "nncli.optim.compiled.adam"
needs_numba = pytest.mark.skipif(not compiles(), reason="numba is not installed, or NNCLI_COMPILED is 0")


@pytest.mark.parametrize("value", ["0", "false", "OFF", "no"])
def test_a_variable_turns_it_off(value, monkeypatch, without_numba):
    without_numba()
    monkeypatch.setenv(SWITCH, value)
    assert not compiles()
    assert compiled_module(MODULE) is None
    assert compiler(MODULE) == "none"


@needs_numba
@pytest.mark.parametrize("error", [ImportError, OSError, AttributeError, SystemError])
def test_numba_that_does_not_work_is_told_once_and_done_without(error, monkeypatch, without_numba):
    without_numba()
    monkeypatch.delenv(SWITCH)
    compiles.cache_clear()

    def broken(name):
        raise error("not with this NumPy")

    monkeypatch.setattr(compiling, "import_module", broken)
    with pytest.warns(RuntimeWarning, match=rf"does not work here \({error.__name__}: not with this NumPy\)") as told:
        assert [compiled_module(MODULE) for _ in range(3)] == [None] * 3
    assert len(told) == 1
    assert compiler(MODULE) == "none"


@needs_numba
def test_what_is_kept_but_damaged_is_compiled_again(monkeypatch):
    asked = []

    def njit(**options):
        def decorate(function):
            def call(*arguments):
                asked.append(options.get("cache", False))
                if options.get("cache"):
                    raise EOFError
                return function(*arguments)

            return call

        return decorate

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    twice = compiled(lambda x: 2 * x)
    assert [twice(3), twice(4)] == [6, 8]
    assert asked == [True, False, False]


@needs_numba
def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch):
    def njit(**options):
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return lambda function: function

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    assert compiled(np.sqrt)(4.0) == 2
