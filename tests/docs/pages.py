"""The Markdown pages of the project: their headings, links and code blocks.

A comment on the lines before a block tells the tests how to treat it:

    <!-- not run: REASON -->     the block is not run; `test_pages.py` lists all of these
    <!-- exit 2 -->              the exit code of the commands in the block, if it is not 0
    <!-- numbers vary -->        numbers in the output of the block are not compared
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(path for path in DOCS.rglob("*.md") if "notebooks" not in path.parts),
]

_FENCE = re.compile(r"(?P<indent> *)```(?P<language>\S*)")
_COMMENT = re.compile(r"<!-- (.*) -->")
_HEADING = re.compile(r"(#+) (.+)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Args:
        page: the file that contains it.
        line: the number of the first line of its text, counted from 1.
        language: the word after the fence.
        text: the lines between the fences.
        comments: the comments directly before it.
    """

    page: Path
    line: int
    language: str
    text: str
    comments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"

    @property
    def not_run(self) -> str | None:
        """The reason why the block is not run; None if it is run."""
        return self._value_after("not run: ")

    @property
    def exit_code(self) -> int:
        """The expected exit code of the commands in the block."""
        return int(self._value_after("exit ") or 0)

    @property
    def varies(self) -> bool:
        """Whether the numbers in the output of the block may differ between machines."""
        return "numbers vary" in self.comments

    @property
    def file(self) -> str | None:
        """The file name in the first line of the block, such as `# first.yaml`; None if there is no file name."""
        found = re.match(r"# ([\w-]+\.(?:yaml|py))\n", self.text)
        return found[1] if found else None

    def _value_after(self, beginning: str) -> str | None:
        return next((text.removeprefix(beginning) for text in self.comments if text.startswith(beginning)), None)


def name_of(page: Path) -> str:
    """Return the path of a page in the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page in order."""
    found: list[Block] = []
    comments: list[str] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        opened = _FENCE.fullmatch(lines[at])
        if opened:
            end = lines.index(f"{opened['indent']}```", at + 1)
            text = "".join(f"{line.removeprefix(opened['indent'])}\n" for line in lines[at + 1 : end])
            found.append(Block(page, at + 2, opened["language"], text, tuple(comments)))
            at = end
        comment = _COMMENT.fullmatch(lines[at])
        comments = [*comments, comment[1]] if comment else []
        at += 1
    return found


def prose(page: Path) -> str:
    """Return a page without its code blocks and code spans."""
    kept, inside = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        if _FENCE.fullmatch(line):
            inside = not inside
        elif not inside:
            kept.append(re.sub(r"`[^`]*`", "``", line))
    return "\n".join(kept)


def headings(page: Path) -> list[tuple[int, str]]:
    """Return (level, text) of every heading."""
    kept, inside = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        if _FENCE.fullmatch(line):
            inside = not inside
        elif not inside and (found := _HEADING.fullmatch(line)):
            kept.append((len(found[1]), found[2]))
    return kept


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes from the headings of a page."""
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in headings(page)}


def links(page: Path) -> list[str]:
    """Return the targets of the links of a page."""
    return _LINK.findall(prose(page))
