"""Fixtures that run commands within the test process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from nncli.cli.app import command_line
from nncli.workflows.train import train
from tests.workflows import tiny


@dataclass
class Result:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """The working directory, with a config and data for a classifier, a regression and a convolutional network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # independent of the terminal
    for values in (tiny.classifier(), tiny.regression(), tiny.convolutional()):
        tiny.write(tmp_path, values, f"{values['name']}.yaml")
    return tmp_path


@pytest.fixture
def nncli(inside):
    """Return a function that runs a command in that directory."""

    def run(*arguments, stdin=None):
        found = CliRunner().invoke(command_line([]), [str(item) for item in arguments], input=stdin)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        assert "Traceback" not in found.stderr
        return Result(found.exit_code, found.stdout, found.stderr)

    return run


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Return run directories by the name of their config; tests must not change them."""
    folder = tmp_path_factory.mktemp("runs")
    made = {}
    for values in (tiny.classifier(), tiny.regression(), tiny.convolutional()):
        config = tiny.write(folder, values, f"{values['name']}.yaml")
        made[values["name"]] = train(config, run_dir=str(folder / values["name"])).path
    return made
