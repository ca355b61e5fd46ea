"""The pieces of configs that a page shows are valid: known keys, values of the right kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nncli.config.reader import read_value
from tests.docs.pages import PAGES, ROOT, Block, blocks, name_of

PIECES = [
    block
    for page in PAGES
    for block in blocks(page)
    if block.language == "yaml" and block.file is None and block.not_run is None
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "configs" / "nncli.schema.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("block", PIECES, ids=str)
def test_a_piece_of_a_config_is_valid(block: Block, schema: dict[str, Any]) -> None:
    given = read_value(block.text)
    piece = {"model": given} if isinstance(given, list) else given
    assert isinstance(piece, dict), f"{block}: a YAML block holds keys of a config, or layers"
    errors = [error for error in Draft202012Validator(schema).iter_errors(piece) if error.validator != "required"]
    assert not errors, f"{block}: {errors[0].message} at {list(errors[0].path)}"


def test_there_are_pieces() -> None:
    assert len(PIECES) > 15


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_yaml_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.language == "yaml" and block.not_run is None:
            read_value(block.text)
