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
    """Change to a new directory with configs and data of three models: tiny, line and bars; return its path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # independent of the terminal
    for values in (tiny.classifier(), tiny.regression(), tiny.convolutional()):
        tiny.write(tmp_path, values, f"{values['name']}.yaml")
    return tmp_path


@pytest.fixture
def nncli(inside):
    """Return a function that runs a command in the directory of `inside`."""

    def run(*arguments, stdin=None):
        found = CliRunner().invoke(command_line([]), [str(item) for item in arguments], input=stdin)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        assert "Traceback" not in found.stderr
        return Result(found.exit_code, found.stdout, found.stderr)

    return run


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Return a mapping of config names to run directories; tests must not change the runs."""
    folder = tmp_path_factory.mktemp("runs")
    paths = {}
    for values in (tiny.classifier(), tiny.regression(), tiny.convolutional()):
        config = tiny.write(folder, values, f"{values['name']}.yaml")
        paths[values["name"]] = train(config, run_dir=str(folder / values["name"])).path
    return paths
