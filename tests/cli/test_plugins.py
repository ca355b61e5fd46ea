"""Test --plugin, which every command that builds a model accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.test_plugin_files import SCALE, forget_all
from tests.workflows import tiny


@pytest.fixture(autouse=True)
def _fresh(inside):
    """Write a plugin and a config; after the test, forget everything that plugins registered."""
    Path("scale.py").write_text(SCALE)
    values = tiny.classifier()
    values["model"].insert(0, {"type": "scale", "factor": 0.5})
    tiny.write(inside, values, "scaled.yaml")
    yield
    forget_all()


def test_every_command_accepts_plugins(nncli):
    for command in ("check scaled.yaml", "train scaled.yaml --run-dir run", "list layers scale"):
        assert nncli(*command.split()).code == 2
        forget_all()
    made = nncli("train", "scaled.yaml", "--run-dir", "run", "--plugin", "scale.py")
    assert made.code == 0
    assert "next: nncli predict run INPUT --plugin scale.py" in made.err
    for command in (
        "check scaled.yaml",
        "predict run sides.csv",
        "evaluate run",
        "resume run --set training.epochs=5",
        "train scaled.yaml --run-dir run --resume --set training.epochs=5",
        "list layers scale",
        "schema",
    ):
        forget_all()
        found = nncli(*command.split(), "--plugin", "scale.py")
        assert found.code == 0, (command, found.err)
    assert '"scale"' in found.out


def test_inspect_needs_no_plugin(nncli):
    nncli("train", "scaled.yaml", "--run-dir", "run", "--plugin", "scale.py")
    forget_all()
    assert "plugin     scale.py (layer scale), sha256 " in nncli("inspect", "run").out


def test_an_error_in_a_plugin_is_reported_with_its_line(nncli):
    text = SCALE.replace("    def forward", "    def output_shape(self, s):\n        return s[7]\n\n    def forward")
    Path("scale.py").write_text(text)
    found = nncli("check", "scaled.yaml", "--plugin", "scale.py")
    assert found.code == 2
    fault = "output_shape of scale fails for (2,): scale.py:18: IndexError: tuple index out of range"
    assert found.err.splitlines()[0].endswith(f": model.0: {fault}")


def test_an_error_of_a_plugin_in_training_marks_the_run_as_failed(nncli):
    text = SCALE.replace(
        "        return x", "        if ctx.moment.step: raise OverflowError('too far')\n        return x"
    )
    Path("scale.py").write_text(text)
    found = nncli("train", "scaled.yaml", "--run-dir", "run", "--plugin", "scale.py")
    assert found.code == 1  # the run failed
    assert "scale.py:18: OverflowError: too far; --debug shows the traceback" in found.err
    assert '"state": "failed"' in Path("run/status.json").read_text()
    assert "OverflowError: too far" in Path("run/status.json").read_text()
