"""Malicious YAML, in a file and in --set, is rejected fast, and no code from it is run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nncli.cli.app import command_line
from nncli.core.errors import UserError
from nncli.workflows.check import check
from tests.long import first
from tests.workflows import tiny

APP = command_line([])
ANCHORS = "{" + ", ".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
)
HOSTILE = {
    "a call": "!!python/object/apply:os.mkdir [marker]",
    "a call in a list": "[!!python/object/apply:os.mkdir [marker]]",
    "a call with keys": "!!python/object/apply:os.mkdir {args: [marker]}",
    "a new object": "!!python/object/new:os.mkdir [marker]",
    "a module": "!!python/module:os",
    "a name": "!!python/name:os.mkdir",
    "a call as a key": "{!!python/object/apply:os.mkdir [marker]: 1}",
    "a custom tag": "!exec marker",
    "anchors": ANCHORS + "}",
    "an alias that contains itself": "&a [*a]",
    "a very large merge": ANCHORS.replace("a0: &a0 [x", "a0: &a0 [y") + ", <<: *a29}",
    "brackets": "[" * 3_000,
    "closed brackets": "[" * 500 + "]" * 500,
    "braces": "{a: " * 3_000,
    "a long number": "9" * 100_000,
    "a long exponent": "1e" + "9" * 100_000,
    "a long text": "x" * 100_000,
    "NUL": "\0",
    "a lone surrogate": '"\\ud800"',
}
LARGE = {"a line of ten megabytes": "x" * (10 << 20), "quotes": "'" * (10 << 20), "lines": "\n" * (10 << 20)}


def ended(*arguments):
    """Return (exit code, output) of a command; unexpected errors fail the test."""
    found = CliRunner().invoke(APP, [str(item) for item in arguments])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    assert "Traceback" not in found.output
    return found.exit_code, found.output


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Write a valid config; after the test, assert that no code was run and that the test was fast."""
    monkeypatch.chdir(tmp_path)
    tiny.write(tmp_path, tiny.classifier())
    begun = time.process_time()
    yield
    assert time.process_time() - begun < 20
    assert not Path("marker").exists()
    assert not Path("runs").exists()


@pytest.mark.parametrize("name", first(6, [*HOSTILE, *LARGE]))
def test_malicious_yaml_in_a_file_is_rejected(name):
    Path("bad.yaml").write_text(f"model: {({**HOSTILE, **LARGE})[name]}\n")
    code, output = ended("check", "bad.yaml")
    assert code == 2
    assert "bad.yaml" in output.splitlines()[0]
    assert max(map(len, output.splitlines())) < 1000


@pytest.mark.parametrize("name", first(4, HOSTILE))
@pytest.mark.parametrize("key", first(1, ["model", "training.epochs", "data.train.path"]))
def test_malicious_yaml_in_a_setting_is_rejected(name, key):
    code, output = ended("check", "config.yaml", "--set", f"{key}={HOSTILE[name]}")
    assert code == 2
    assert "--set" in output or "config.yaml:" in output
    assert max(map(len, output.splitlines())) < 1000


@pytest.mark.parametrize("name", LARGE)
def test_malicious_yaml_in_a_setting_from_python_is_rejected(name):
    with pytest.raises(UserError) as caught:
        check("config.yaml", [f"model={LARGE[name]}x"])
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "key", ["a" * 200_000, ".".join("a" * 2000), "model." + "9" * 5000, "\0", "=", "model.-1.units"]
)
def test_malicious_names_of_settings_are_rejected(key):
    code, output = ended("check", "config.yaml", "--set", f"{key}=1")
    assert code == 2
    assert len(output) < 3000
