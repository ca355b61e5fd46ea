"""The nncli commands that the README shows do what it says, in the order in which it shows them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def shell_commands() -> list[str]:
    """The lines of the sh and console blocks that begin with nncli, after the prompt if there is one."""
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("nncli ")]


def python_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a reader has: the configs, and the files that the README writes out."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    for name, text in re.findall(r"^```yaml\n(?=# (\w+\.yaml)\n)(.*?)^```", README, flags=re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text)
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_command_of_the_tour_runs(folder: Path) -> None:
    commands = shell_commands()
    assert len(commands) >= 8
    for command in commands:
        ended = run(command, folder)
        expected = 2 if "mistakes" in command else 0
        assert ended.returncode == expected, f"{command}\n{ended.stdout}{ended.stderr}"
        assert "Traceback" not in ended.stderr


def test_the_shown_config_is_the_one_that_ships() -> None:
    shown = re.findall(r"^```yaml\n(name: digits\n.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    shipped = (ROOT / "configs" / "digits.yaml").read_text()
    assert shown
    assert shipped.endswith(shown[0])


def test_python_examples_run(folder: Path) -> None:
    blocks = python_blocks()
    assert blocks
    for block in blocks:
        script = folder / "example.py"
        script.write_text(block)
        ended = run("python example.py", folder)
        assert ended.returncode == 0, f"{block}\n{ended.stderr}"


def test_it_never_tells_to_install_the_other_program() -> None:
    assert "pip install nncli\n" not in README
    assert not re.search(r"pip install ['\"]?nncli(?!-train)", README)


def test_the_reference_is_made_from_what_is_registered() -> None:
    code = (
        "from tests.tools.write_reference import README, with_reference as w; t = README.read_text(); print(w(t) == t)"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found == "True\n", "python -m tests.tools.write_reference"


@pytest.mark.parametrize("command", ["nncli check mistakes.yaml", "nncli check configs/digits.yaml"])
def test_the_output_that_is_shown_is_what_comes(folder: Path, command: str) -> None:
    shown = re.search(rf"^\$ {command}\n(?:```\n\n```text\n)?(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert shown
    ended = run(command, folder)
    assert (ended.stdout or ended.stderr) == shown[1]
