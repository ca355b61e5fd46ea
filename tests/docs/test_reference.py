"""The reference is what the code says: generated, and not stale."""

from __future__ import annotations

import subprocess
import sys

from tests.docs.pages import DOCS, ROOT, headings


def test_it_is_as_it_would_be_written() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.tools.write_reference",
        "--check",
    ]  # in a process without tests' own classes
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"stale: {found.stdout.split()}{found.stderr}; python -m tests.tools.write_reference"


def test_it_has_what_there_is() -> None:
    names = {page.stem: {text for _, text in headings(page)} for page in (DOCS / "reference").glob("*.md")}
    assert {"conv2d", "dense", "lstm"} <= names["layers"]
    assert {"adam", "sgd"} <= names["optimizers"]
    assert {"nncli train", "nncli predict"} <= names["commands"]
    assert len(names) >= 12
