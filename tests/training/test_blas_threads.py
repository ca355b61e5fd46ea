"""Test setting the number of BLAS threads."""

from __future__ import annotations

import pytest
from threadpoolctl import threadpool_info

from nncli.training import blas_threads
from nncli.training.blas_threads import BlasThreads


def test_the_number_of_blas_threads_is_restored():
    def counts():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    with BlasThreads(2):
        before = counts()
        with BlasThreads(1):
            assert counts() == [1] * len(before)
        assert counts() == before
        with BlasThreads(None):
            assert counts() == before


def test_blas_threads_are_restored_after_an_error(monkeypatch):
    class Library:
        def __init__(self, fails):
            self.num_threads, self.fails = 4, fails

        def set_num_threads(self, count):
            if self.fails and count == 1:
                raise KeyboardInterrupt
            self.num_threads = count

    libraries = [Library(False), Library(True)]
    monkeypatch.setattr(blas_threads, "_blas_libraries", lambda: libraries)
    with pytest.raises(KeyboardInterrupt), BlasThreads(1):
        raise AssertionError("the number of threads was set")
    assert [library.num_threads for library in libraries] == [4, 4]
