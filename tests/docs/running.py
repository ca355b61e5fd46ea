"""Run the code blocks of a page in order, in one shell, as a reader would type them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT, Block, blocks

NEXT_BLOCK = "-- next block --"  # printed between the Python blocks of one process
ELLIPSIS = "..."
TIMEOUT = 120  # seconds per page


@dataclass(frozen=True)
class Step:
    """One command of a page.

    Args:
        block: the block that contains it.
        command: the command for the shell; empty for Python.
        shown: the output that the page shows below the command; empty if it shows no output.
        begins: the line of the block at which this output begins, counted from 0.
    """

    block: Block
    command: str
    shown: str = ""
    begins: int = 0


@dataclass(frozen=True)
class Ended:
    """The result of a step.

    Args:
        step: the step.
        exit_code: the exit code of its command.
        output: the standard output and standard error of the command, in the order in which they were written.
    """

    step: Step
    exit_code: int
    output: str


def steps(page: Path) -> list[Step]:
    """Return the commands of a page in order; each Python block is a separate step."""
    found: list[Step] = []
    before: Block | None = None
    for block in blocks(page):
        if block.not_run is None:
            found += _steps(block, before)
        before = block
    return found


def _steps(block: Block, before: Block | None) -> Iterator[Step]:
    if block.language == "console":
        yield from _console(block)
    elif block.language == "sh":
        yield Step(block, f"(set -e\n{block.text})")
    elif block.language == "python" and block.file is None:
        yield Step(block, "")
    elif block.language == "yaml" and block.file is None and is_complete_config(block.text):
        yield Step(block, f"nncli check block-{block.line}.yaml")
    elif block.language == "text" and before is not None and before.language == "python":
        yield Step(block, "", block.text)


def is_complete_config(text: str) -> bool:
    """Return whether a YAML block is a complete config."""
    return all(re.search(rf"^{key}:", text, flags=re.MULTILINE) for key in ("data", "model", "loss", "optimizer"))


def _console(block: Block) -> Iterator[Step]:
    command: list[str] = []
    shown: list[str] = []
    begins = 0
    for number, line in enumerate(block.text.splitlines()):
        if line.startswith("$ "):
            if command:
                yield Step(block, "\n".join(command), "\n".join(shown), begins)
            command, shown = [line.removeprefix("$ ")], []
            begins = number + 1
        elif command and command[-1].endswith("\\"):
            command.append(line)
            begins = number + 1
        else:
            assert command, f"{block}: a console block begins with $"
            shown.append(line)
    yield Step(block, "\n".join(command), "\n".join(shown), begins)


def write_files(page: Path, folder: Path) -> None:
    """Write the files that a reader of the page has: the configs of the project, and the files shown on the page."""
    shutil.copytree(ROOT / "configs", folder / "configs")
    for block in blocks(page):
        if block.file is not None:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "yaml" and is_complete_config(block.text):
            (folder / f"block-{block.line}.yaml").write_text(block.text, encoding="utf-8")


def run(page: Path, folder: Path, results: Path) -> list[Ended]:
    """Run all commands of a page, and return their results.

    Args:
        page: the file.
        folder: an empty folder in which to run it.
        results: an empty folder for the script and the outputs.
    """
    write_files(page, folder)
    done = steps(page)
    script = ["set -o pipefail"]
    python: list[int] = []  # indices of the steps for the next Python process

    def run_python() -> None:
        if python:
            lines = [f"{done[number].block.text}\nprint({NEXT_BLOCK!r})\n" for number in python]
            (folder / f"block-{python[0]}.py").write_text("".join(lines), encoding="utf-8")
            script.append(_redirected(f"python block-{python[0]}.py", results, python[0]))
            python.clear()

    for number, step in enumerate(done):
        if step.block.language == "python":
            python.append(number)
        elif step.block.language != "text":
            run_python()
            script.append(_redirected(step.command, results, number))
    run_python()
    (results / "page.sh").write_text("\n".join(script) + "\n", encoding="utf-8")
    subprocess.run(["bash", str(results / "page.sh")], cwd=folder, env=_environment(), timeout=TIMEOUT, check=False)
    return list(_ended(done, results))


def _redirected(command: str, results: Path, number: int) -> str:
    return f"{{ {command}\n}} >{results}/{number}.out 2>&1 </dev/null; echo $? >{results}/{number}.code"


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    dropped = ("COLUMNS", "NNCLI_SET", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PATH": path, "NNCLI_COMPILED": "0"}  # loading numba would take longer than these runs


def _ended(done: list[Step], results: Path) -> Iterator[Ended]:
    waiting: list[str] = []  # the remaining outputs of the Python blocks of one process
    code = 0
    previous = ""
    for number, step in enumerate(done):
        if step.block.language == "text":
            yield Ended(step, 0, previous)
            continue
        if (results / f"{number}.out").exists():
            output = (results / f"{number}.out").read_text(encoding="utf-8")
            code = int((results / f"{number}.code").read_text())
            waiting = output.split(f"{NEXT_BLOCK}\n") if step.block.language == "python" else []
        if step.block.language == "python":
            output = waiting.pop(0) if waiting else ""
            previous = output
            yield Ended(step, code if len(waiting) <= 1 else 0, output)
        else:
            yield Ended(step, code, output)


def differs(shown: str, output: str, *, varies: bool) -> bool:
    """Return whether the output differs from the output that a page shows; see `places`."""
    return places(shown, output, varies=varies) is None


def places(shown: str, output: str, *, varies: bool) -> list[int] | None:
    """Return for every shown line the index of the equal line in the output; None if shown and output differ.

    Args:
        shown: the output on the page; a line of three dots stands for any lines, and has the index -1 in the result.
        output: the output of the command.
        varies: whether numbers, and the widths of tables, may differ.
    """
    wanted, lines = _lines(shown, varies=varies), _lines(output, varies=varies)
    found: list[int] = []
    at, skipping = 0, False
    while len(found) < len(wanted):
        if wanted[len(found)] == ELLIPSIS:
            found.append(-1)
            skipping = True
            continue
        rest = wanted[len(found) :]
        part = rest[: rest.index(ELLIPSIS)] if ELLIPSIS in rest else rest
        last = len(lines) - len(part)
        if len(part) < len(rest) or not skipping:  # dots follow this part, or no dots precede it
            starts = range(at, last + 1) if skipping else range(at, min(at, last) + 1)
        else:
            starts = range(max(at, last), last + 1)
        start = next((start for start in starts if lines[start : start + len(part)] == part), None)
        if start is None:
            return None
        found += range(start, start + len(part))
        at, skipping = start + len(part), False
    return found if skipping or at == len(lines) else None


def _lines(text: str, *, varies: bool) -> list[str]:
    lines = [line.rstrip() for line in text.rstrip("\n").splitlines()]
    return [_masked(line) for line in lines] if varies else lines


def _masked(line: str) -> str:
    """Replace every number by 0, every run of blanks by one blank, and every horizontal line by one stroke."""
    line = re.sub(r"[-+]?\d+([.,:]\d+)*(e[-+]?\d+)?", "0", line)
    return re.sub(r"─+", "─", " ".join(line.split()))
