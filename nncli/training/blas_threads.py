"""Set the number of threads that BLAS uses."""

from __future__ import annotations

from functools import cache
from typing import Any


class BlasThreads:
    """A context in which BLAS uses a certain number of threads.

    Entering the context is fast, because even small predictions do it.

    Args:
        count: number of threads; None to leave it unchanged.
    """

    def __init__(self, count: int | None) -> None:
        self._count = count
        self._before: list[tuple[Any, int]] = []

    def __enter__(self) -> None:
        if self._count is not None:
            self._before = [(library, library.num_threads) for library in _blas_libraries()]
            try:
                for library, _ in self._before:
                    library.set_num_threads(self._count)
            except BaseException:  # such as a KeyboardInterrupt
                self.__exit__()
                raise

    def __exit__(self, *_: object) -> None:
        for library, threads in self._before:
            library.set_num_threads(threads)


@cache
def _blas_libraries() -> list[Any]:
    """Return the loaded BLAS libraries; finding them takes longer than a small prediction."""
    from threadpoolctl import ThreadpoolController

    return [library for library in ThreadpoolController().lib_controllers if library.user_api == "blas"]
