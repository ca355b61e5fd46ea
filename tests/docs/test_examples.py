"""Every command and every Python block on a page runs, and prints the output that the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, blocks, name_of
from tests.docs.running import differs, run, steps

WITH_STEPS = [page for page in PAGES if steps(page)]


@pytest.mark.parametrize("page", WITH_STEPS, ids=name_of)
def test_the_examples_on_a_page_print_the_shown_output(page: Path, tmp_path: Path) -> None:
    folder, results = tmp_path / "reader", tmp_path / "results"
    folder.mkdir()
    results.mkdir()
    wrong = []
    for ended in run(page, folder, results):
        block = ended.step.block
        if ended.exit_code != block.exit_code or "Traceback" in ended.output:
            wrong.append(f"{block}: exit code {ended.exit_code}\n{ended.step.command or block.text}\n{ended.output}")
        elif ended.step.shown and differs(ended.step.shown, ended.output, varies=block.varies):
            wrong.append(f"{block}: the page shows\n{ended.step.shown}\nbut the output is\n{ended.output}")
    assert not wrong, "\n\n".join(
        [*wrong, "to write the real outputs to the pages, run: python -m tests.tools.write_outputs"]
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_on_a_page_is_used_by_a_command(page: Path) -> None:
    commands = " ".join(f"{step.command} {step.block.text}" for step in steps(page))
    assert [block.file for block in blocks(page) if block.file and block.file not in commands] == []


@pytest.mark.parametrize(
    ("shown", "output", "varies", "expected"),
    [
        ("a\nb", "a\nb\n", False, False),
        ("a\nb", "a\nc\n", False, True),
        ("a", "a\nb\n", False, True),
        ("a\n...", "a\nb\nc\n", False, False),
        ("...\nc", "a\nb\nc\n", False, False),
        ("a\n...\nc", "a\nc\n", False, False),
        ("a\n...\nb\n...\nd", "a\nb\nc\nd\n", False, False),
        ("a\n...\nx\n...\nd", "a\nb\nc\nd\n", False, True),
        ("a\n...\nb", "a\nb\nc\n", False, True),
        ("loss 0.25  1.2 s", "loss 0.26  11.5 s", True, False),
        ("loss 0.25", "loss 0.26", False, True),
        ("loss 0.25", "cost 0.25", True, True),
        ("saved 2026-11-26T17:20:09+0000", "saved 2027-01-02T07:00:19-0300", True, False),
        ("1,024   2e-05\n────", "9 1\n──", True, False),
    ],
)
def test_differs_ignores_varying_numbers_and_the_lines_that_dots_stand_for(
    shown: str, output: str, varies: bool, expected: bool
) -> None:
    assert differs(shown, output, varies=varies) is expected
