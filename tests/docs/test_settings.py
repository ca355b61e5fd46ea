"""The parts of configs on the pages are valid: keys are known, and values have the expected types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nncli.config.reader import read_value
from tests.docs.pages import PAGES, ROOT, Block, blocks, name_of

PARTS = [
    block
    for page in PAGES
    for block in blocks(page)
    if block.language == "yaml" and block.file is None and block.not_run is None
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "configs" / "nncli.schema.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("block", PARTS, ids=str)
def test_a_part_of_a_config_is_valid(block: Block, schema: dict[str, Any]) -> None:
    given = read_value(block.text)
    part = {"model": given} if isinstance(given, list) else given
    assert isinstance(part, dict), f"{block}: a YAML block holds keys of a config, or layers"
    errors = [error for error in Draft202012Validator(schema).iter_errors(part) if error.validator != "required"]
    assert not errors, f"{block}: {errors[0].message} at {list(errors[0].path)}"


def test_the_pages_show_parts_of_configs() -> None:
    assert len(PARTS) > 15


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_all_yaml_blocks_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.language == "yaml" and block.not_run is None:
            read_value(block.text)
