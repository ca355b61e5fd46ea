"""Sources, messages and commands use one list of file endings."""

from __future__ import annotations

from typing import cast

import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError
from nncli.core.registry import SOURCES
from nncli.data import file_endings
from nncli.data.source import Source


@pytest.mark.parametrize(
    "ending", [*file_endings.TABLE_ENDINGS, *(each.upper() for each in file_endings.TABLE_ENDINGS)]
)
def test_every_table_ending_selects_the_table_source(ending):
    assert cast("Source", build(SOURCES, {"path": f"a{ending}"})).type_name == "table"
    assert cast("Source", build(SOURCES, {"path": f"a{ending}", "images": "file"})).type_name == "images"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"path": "a.npz"}, "arrays"),
        ({"inputs": "a.npy"}, "arrays"),
        ({"inputs": "idx3.npy"}, "arrays"),
        ({"inputs": "a-idx3-ubyte.gz"}, "idx"),
        ({"path": "a.JPEG"}, "images"),
    ],
)
def test_other_endings_select_their_sources(values, kind):
    assert cast("Source", build(SOURCES, values)).type_name == kind


def test_the_message_for_an_unknown_ending_names_all_known_endings():
    with pytest.raises(ConfigError) as caught:
        build(SOURCES, {"path": "a.xlsx"})
    for ending in (*file_endings.TABLE_ENDINGS, *file_endings.ARRAY_ENDINGS, *file_endings.IMAGE_ENDINGS):
        assert ending in str(caught.value)
        assert ending in file_endings.FILES_DESCRIPTION
