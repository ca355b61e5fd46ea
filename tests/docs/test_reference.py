"""The generated reference is up to date with the code."""

from __future__ import annotations

import subprocess
import sys

from tests.docs.pages import DOCS, ROOT, headings


def test_the_reference_is_up_to_date() -> None:
    # run in a new process, because other tests register more classes in this one
    command = [sys.executable, "-m", "tests.tools.write_reference", "--check"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, (
        f"stale: {found.stdout.split()}{found.stderr}; run python -m tests.tools.write_reference"
    )


def test_the_reference_has_layers_optimizers_and_commands() -> None:
    names = {page.stem: {text for _, text in headings(page)} for page in (DOCS / "reference").glob("*.md")}
    assert {"conv2d", "dense", "lstm"} <= names["layers"]
    assert {"adam", "sgd"} <= names["optimizers"]
    assert {"nncli train", "nncli predict"} <= names["commands"]
    assert len(names) >= 12
