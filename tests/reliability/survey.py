"""One thing tried at many moments, with all of its faults told together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from nncli.core.errors import NncliError

TOLD = 25  # faults


@contextmanager
def about(what: str) -> Iterator[None]:
    """Faults in this context are told with what they are about."""
    try:
        yield
    except (AssertionError, NncliError, ValueError) as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise AssertionError(f"{what}: {' | '.join(lines[:4])}") from None


def hold_all(attempt: Callable[[int], None], numbers: Iterable[int]) -> bool:
    """Whether the attempt succeeds with every number."""
    faults, tried = [], 0
    for number in numbers:
        tried += 1
        try:
            attempt(number)
        except AssertionError as error:
            faults.append(f"{number}: {error}")
    assert tried, "nothing was tried"
    assert not faults, f"{len(faults)} of {tried} failed\n" + "\n".join(faults[:TOLD])
    return True
