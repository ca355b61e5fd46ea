"""Call a function with many numbers, and report all failures together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from nncli.core.errors import NncliError

MAX_REPORTED = 25  # number of failures that are printed


@contextmanager
def about(what: str) -> Iterator[None]:
    """Add a description to the message of any failure in this context."""
    try:
        yield
    except (AssertionError, NncliError, ValueError) as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise AssertionError(f"{what}: {' | '.join(lines[:4])}") from None


def all_succeed(attempt: Callable[[int], None], numbers: Iterable[int]) -> bool:
    """Assert that an attempt succeeds for every number; report all failures together."""
    faults, tried = [], 0
    for number in numbers:
        tried += 1
        try:
            attempt(number)
        except AssertionError as error:
            faults.append(f"{number}: {error}")
    assert tried, "nothing was tried"
    assert not faults, f"{len(faults)} of {tried} failed\n" + "\n".join(faults[:MAX_REPORTED])
    return True
