"""The README is short, and shows the test command of CI and the config digits.yaml."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, blocks

README = ROOT / "README.md"
LIMIT = 10_000  # bytes


def test_the_readme_is_short() -> None:
    assert README.stat().st_size < LIMIT


def test_the_readme_shows_the_test_command_of_ci() -> None:
    found = re.search(r'bin/(pytest".*)$', (ROOT / ".ci" / "run").read_text(), flags=re.MULTILINE)
    assert found
    arguments = found[1].replace('"', "")
    assert any(f".venv/bin/{arguments}\n" in block.text for block in blocks(README) if block.language == "sh")


def test_the_readme_shows_the_config_of_digits() -> None:
    shown = [block.text for block in blocks(README) if block.text.startswith("name: digits\n")]
    assert len(shown) == 1
    assert (ROOT / "configs" / "digits.yaml").read_text().endswith(shown[0])
