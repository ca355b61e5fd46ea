"""A scene of each kind of run, made once."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from nncli.cli.app import command_line
from tests.reliability.kinds import CONFIG, KINDS, Scene
from tests.workflows import tiny


@pytest.fixture(scope="package")
def _imported(tmp_path_factory):
    """Trains once in this process, so that its children need not import what that takes."""
    folder = tmp_path_factory.mktemp("imported")
    config = tiny.write(folder, KINDS["kept"](), CONFIG)
    found = CliRunner().invoke(command_line([]), ["train", config, "--run-dir", str(folder / "run")])
    assert found.exit_code == 0, found.stderr


@pytest.fixture(scope="package")
def scenes(_imported, tmp_path_factory):
    """Gives the scene of a kind, with changes to its training; its run is cleared."""
    made: dict[str, Scene] = {}

    def give(kind: str, **training: object) -> Scene:
        key = f"{kind} {training}"
        if key not in made:
            made[key] = Scene.of(tmp_path_factory.mktemp(kind), KINDS[kind](**training))
        made[key].clear()
        return made[key]

    return give
