"""A program that runs nncli with functions that sleep before each call.

The first argument is a JSON object that maps names of functions to seconds.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import time
from typing import Any


def slow(name: str, seconds: float) -> None:
    """Make a function sleep before each call.

    Args:
        name: the function, such as os:fsync or nncli.training.trainer:Trainer._step.
        seconds: how long it sleeps.
    """
    module, _, path = name.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, last = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    function = getattr(owner, last)

    @functools.wraps(function)
    def slowed(*args: Any, **keys: Any) -> Any:
        time.sleep(seconds)
        return function(*args, **keys)

    setattr(owner, last, slowed)


if __name__ == "__main__":
    from nncli.cli.app import main

    for each in json.loads(sys.argv.pop(1)).items():
        slow(*each)
    main()
