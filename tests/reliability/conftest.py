"""A scene of each kind of run, made once."""

from __future__ import annotations

import pytest

from tests.reliability.kinds import KINDS, Scene


@pytest.fixture(scope="package")
def scenes(tmp_path_factory):
    """Gives the scene of a kind, with changes to its training; its run is cleared."""
    made: dict[str, Scene] = {}

    def give(kind: str, **training: object) -> Scene:
        key = f"{kind} {training}"
        if key not in made:
            made[key] = Scene.of(tmp_path_factory.mktemp(kind), KINDS[kind](**training))
        made[key].clear()
        return made[key]

    return give
