"""All pages can be reached by links, all links have targets, and all blocks that are not run are listed."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors, blocks, headings, links, name_of

RUN = {"console", "sh", "python"}  # languages of blocks that are run
LANGUAGES = RUN | {"yaml", "text", "toml"}
NOT_RUN = [  # page, and the reason why a block is not run
    ("README.md", "installs packages from the network"),
    ("README.md", "installs packages from the network, and runs these tests"),
    ("CONTRIBUTING.md", "installs packages from the network"),
    ("CONTRIBUTING.md", "runs these tests"),
    ("docs/architecture.md", "a diagram"),
    ("docs/benchmarks.md", "installs PyTorch, and measures for half an hour"),
    ("docs/guide/checking.md", "printed on a terminal only"),
    ("docs/guide/checking.md", "shows the text of a comment"),
    ("docs/guide/first-steps.md", "installs packages from the network"),
    ("docs/guide/resuming.md", "a job script for a cluster"),
]
# the path of a file of the project, as written on a page
FILE = re.compile(r"`((?:nncli|tests|configs|docs|\.ci)/[a-z0-9_./-]+)`")


def test_every_block_that_is_not_run_is_listed_with_its_reason() -> None:
    assert [
        (name_of(block.page), block.not_run) for page in PAGES for block in blocks(page) if block.not_run
    ] == NOT_RUN


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_run_or_checked(page: Path) -> None:
    before = ""
    for block in blocks(page):
        assert block.language in LANGUAGES, f"{block}: {block.language or 'no language'}"
        if block.language in ("text", "toml") and "reference" not in page.parts:
            assert block.not_run or before == "python", (
                f"{block}: give a reason why it is not run, or show it below a Python block"
            )
        before = block.language


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_one_main_heading_and_skips_no_level(page: Path) -> None:
    assert page.read_text(encoding="utf-8").startswith("# ")
    levels = [level for level, _ in headings(page)]
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), "a heading level is skipped"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_targets_of_links_exist(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)}: {link}"
        assert target.is_relative_to(ROOT), f"{name_of(page)}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{name_of(page)}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_on_a_page_exist(page: Path) -> None:
    named = FILE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = (link.partition("#")[0] for link in links(page) if not link.startswith("https://"))
        waiting += [(page.parent / target).resolve() for target in targets if target]
    assert [name_of(page) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_installs_the_other_package_called_nncli(page: Path) -> None:
    assert not re.search(r"pip install (-\w+ )*['\"]?nncli(?!-train)", page.read_text(encoding="utf-8"))
