"""The contract of all sources: every kind of file gives the same rows, with labels that belong to their inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from nncli.core.errors import DataError
from nncli.data.source import Source
from nncli.data.tables.dataframe import Table
from nncli.data.target_encoding.class_labels import text_labels
from tests.contracts.files import LABELS, PIXELS
from tests.contracts.table import SOURCE_ROWS, SourceCase, name_of
from tests.contracts.values import made

WRITTEN = [case for cases in SOURCE_ROWS.values() for case in cases if case.write is not None]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(case: SourceCase, folder) -> Source:
    assert case.write is not None
    case.write(folder)
    return cast("Source", made(case))


def matrix(inputs: Any) -> np.ndarray:
    if isinstance(inputs, Table):
        return np.stack([inputs.numbers(name) for name in inputs.columns], axis=1)
    return np.asarray(inputs).reshape(len(inputs), -1)


@pytest.mark.parametrize("case", WRITTEN, ids=name_of)
def test_every_row_has_the_label_of_its_inputs(case, tmp_path):
    rows = written(case, tmp_path).read()
    expected = {tuple(pixels.reshape(-1)): str(label) for pixels, label in zip(PIXELS, LABELS, strict=True)}
    found = {tuple(row): label for row, label in zip(matrix(rows.inputs), text_labels(rows).tolist(), strict=True)}
    assert found == expected
    assert len(rows) == 6


@pytest.mark.parametrize("case", WRITTEN, ids=name_of)
def test_targets_can_be_left_out(case, tmp_path):
    source = written(case, tmp_path)
    rows = source.read(targets=False)
    assert rows.targets is None
    assert sorted(map(tuple, matrix(rows.inputs))) == sorted(map(tuple, matrix(source.read().inputs)))


@pytest.mark.parametrize("case", WRITTEN, ids=name_of)
def test_selected_rows_are_in_the_given_order(case, tmp_path):
    rows = written(case, tmp_path).read()
    some = rows.take(np.array([4, 1]))
    assert [some.place(0), some.place(1)] == [rows.place(4), rows.place(1)]
    assert (matrix(some.inputs) == matrix(rows.inputs)[[4, 1]]).all()


@pytest.mark.parametrize("case", WRITTEN, ids=name_of)
def test_a_missing_file_is_named(case):
    with pytest.raises(DataError, match="no such file or folder") as caught:
        cast("Source", made(case)).read()
    assert caught.value.file in {value for value in case.config.values() if isinstance(value, str)}


@pytest.mark.parametrize("case", WRITTEN, ids=name_of)
def test_the_files_of_a_source_are_listed(case, tmp_path):
    rows = written(case, tmp_path).read()
    assert rows.files
    assert all((tmp_path / file).is_file() for file in rows.files)


def test_the_built_in_dataset_has_the_documented_rows():
    rows = cast("Source", made(SOURCE_ROWS["dataset"][0])).read()
    assert len(rows) == 1797
    assert set(text_labels(rows).unique()) == set("0123456789")


def test_rows_passed_from_python_cannot_be_read_again():
    source = cast("Source", made(SOURCE_ROWS["memory"][0]))
    with pytest.raises(DataError, match="given from Python"):
        replace(source).read()
