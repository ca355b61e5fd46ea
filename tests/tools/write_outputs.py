"""Write the real outputs of commands into the pages: python -m tests.tools.write_outputs [--numbers] [PAGE]...

Outputs that differ from the page are replaced. If the page shortens an output with a line of three dots, the new output
is printed instead. With --numbers, numbers that may vary are replaced by the numbers of this machine, too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import PAGES, ROOT, name_of
from tests.docs.running import ELLIPSIS, Ended, places, run, steps


def main() -> None:
    """Run the named pages, or all of them, and write their outputs."""
    chosen = [ROOT / name for name in sys.argv[1:] if name != "--numbers"] or PAGES
    for page in chosen:
        if steps(page):
            _write(page, numbers="--numbers" in sys.argv)


def _write(page: Path, *, numbers: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as results:
        ended = run(page, Path(folder), Path(results))
    lines = page.read_text(encoding="utf-8").splitlines()
    for done in reversed(ended):
        step, block = done.step, done.step.block
        if done.exit_code != block.exit_code or "Traceback" in done.output:
            print(f"{block}: exit code {done.exit_code}\n{step.command or block.text}\n{done.output}")
        elif step.shown and places(step.shown, done.output, varies=block.varies) is None:
            _replace(lines, done)
        elif step.shown and numbers:
            _renumber(lines, done)
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _replace(lines: list[str], done: Ended) -> None:
    step = done.step
    shown = step.shown.rstrip("\n").splitlines()
    if ELLIPSIS in shown:
        print(f"{step.block}: differs from the page, which shortens it with dots; the output is\n{done.output}")
        return
    begin = step.block.line - 1 + step.begins
    lines[begin : begin + len(shown)] = [line.rstrip() for line in done.output.rstrip("\n").splitlines()]
    print(f"{name_of(step.block.page)}: new output of {step.command.splitlines()[0] if step.command else 'Python'}")


def _renumber(lines: list[str], done: Ended) -> None:
    step = done.step
    found = places(step.shown, done.output, varies=step.block.varies) or []
    output = done.output.splitlines()
    for index, place in enumerate(found, start=step.block.line - 1 + step.begins):
        if place >= 0:
            lines[index] = output[place].rstrip()


if __name__ == "__main__":
    main()
