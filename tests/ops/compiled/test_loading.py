"""Test loading compiled kernels, also with numba disabled or broken."""

from __future__ import annotations

import pytest

from nncli.ops import current_ops
from nncli.ops.compiled import loading
from nncli.ops.compiled.loading import SWITCH, load_compiled, numba_is_enabled
from nncli.ops.numpy_ops import NumpyOps

needs_numba = pytest.mark.skipif(not numba_is_enabled(), reason="numba is not installed, or NNCLI_COMPILED is 0")


@pytest.mark.parametrize("value", ["0", "false", "OFF", "no"])
def test_an_environment_variable_disables_numba(value, monkeypatch, without_numba):
    without_numba()
    monkeypatch.setenv(SWITCH, value)
    assert not numba_is_enabled()
    assert load_compiled("adam_kernel") is None
    assert current_ops().compiler == "none"
    assert type(current_ops()) is NumpyOps


@needs_numba
@pytest.mark.parametrize("error", [ImportError, OSError, AttributeError, SystemError])
def test_numpy_is_used_with_one_warning_if_numba_does_not_work(error, monkeypatch, without_numba):
    without_numba()
    monkeypatch.delenv(SWITCH)
    numba_is_enabled.cache_clear()
    current_ops.cache_clear()

    def broken(name):
        raise error("not with this NumPy")

    monkeypatch.setattr(loading, "import_module", broken)
    with pytest.warns(RuntimeWarning, match=rf"does not work here \({error.__name__}: not with this NumPy\)") as caught:
        assert [load_compiled("convolution") for _ in range(3)] == [None] * 3
    assert len(caught) == 1
    assert current_ops().compiler == "none"
