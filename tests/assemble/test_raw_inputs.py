"""Test layers that need raw inputs: invalid data, scaled inputs and wrong layer orders are reported before training."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import ConfigError
from nncli.workflows.check import check

WORDS = """\
data:
  train: {inputs: x.npy, targets: y.npy}
  validation: {inputs: more.npy, targets: y.npy}
  test: {fraction: 0.1}
model:
  - {type: embedding, entries: 10, units: 2}
  - {type: dense, units: 1}
loss: mean_squared_error
optimizer: adam
"""
NUMBERS = np.arange(200).reshape(40, 5) % 10


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", NUMBERS)
    np.save("more.npy", NUMBERS)
    np.save("y.npy", NUMBERS[:, 0] * 1.0)
    (tmp_path / "a.yaml").write_text(WORDS)


def problem_lines(*settings):
    """Return the problems, one per line."""
    with pytest.raises(ConfigError) as caught:
        check("a.yaml", settings)
    return str(caught.value).splitlines()[:-1]


def with_number(value):
    """Return a copy of NUMBERS with `value` in row 33."""
    changed = NUMBERS.astype(float)
    changed[33, 2] = value
    return changed


def test_numbers_within_bounds_are_valid():
    assert check("a.yaml").parameters == 10 * 2 + 5 * 2 + 1
    assert check("a.yaml", ["model.0={type: sequential, layers: [{type: embedding, entries: 10, units: 2}]}"])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2.5, "got 2.5; convert the data to whole numbers, or leave out the embedding"),
        (-1, "got -1; number them from 0"),
        (12, "got 12; write entries: 13, or more"),
    ],
)
def test_a_number_out_of_range_is_reported_with_its_row(tmp_path, value, words):
    np.save("more.npy", with_number(value))
    (line,) = problem_lines()
    place = f"{tmp_path}/more.npy: row 33 (counted from 0)"
    assert line == f"a.yaml:3:15: data.validation: {place}: embedding takes whole numbers from 0 to 9; {words}"
    (inside,) = problem_lines("model.0={type: sequential, layers: [{type: embedding, entries: 10, units: 2}]}")
    assert inside == line


def test_rows_drawn_from_the_train_source_are_checked():
    np.save("x.npy", with_number(2.5))
    (line,) = problem_lines()
    assert "x.npy: row 33 (counted from 0): embedding" in line
    assert line.partition(": ")[2].startswith(("data.train", "data.test"))


def test_all_rows_of_a_large_file_are_checked_before_the_first_step(monkeypatch):
    monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", 0)
    monkeypatch.setattr("nncli.assemble.load_data.PREVIEW_ROWS", 4)
    monkeypatch.setattr("nncli.data.arrays.chunks.MAX_CHUNK_ROWS", 7)
    np.save("more.npy", with_number(12))
    prepared = load_config("a.yaml")  # checks only a sample without row 33
    with pytest.raises(
        ConfigError, match=r"data\.validation: .*more\.npy: row 33 .*got 12; write entries: 13, or more"
    ):
        prepared.session()


def test_scaled_inputs_are_rejected():
    (line,) = problem_lines("data.scale_inputs=standard")
    assert line == (
        "--set: data.scale_inputs: model.0 embedding needs the unscaled numbers of the data; drop scale_inputs"
    )


@pytest.mark.parametrize(
    ("model", "where"),
    [
        ("[{type: dense, units: 5}, EMBEDDING, {type: dense, units: 1}]", "model.1"),
        ("[{type: sequential, layers: [relu, EMBEDDING]}, {type: dense, units: 1}]", "model.0.layers.1"),
        ("[relu, {type: sequential, layers: [EMBEDDING]}, {type: dense, units: 1}]", "model.1.layers.0"),
    ],
)
def test_layers_before_an_embedding_are_rejected(model, where):
    (line,) = problem_lines("model=" + model.replace("EMBEDDING", "{type: embedding, entries: 10, units: 2}"))
    assert line == f"--set: {where}: embedding needs the unchanged numbers of the data; put it first in model"


def test_a_table_of_whole_numbers_is_accepted_and_checked(tmp_path):
    rows = "\n".join(",".join(map(str, row)) for row in NUMBERS.tolist())
    (tmp_path / "words.csv").write_text(f"a,b,c,d,y\n{rows}\n")
    source = "data.train={path: words.csv, targets: y}"
    assert check("a.yaml", [source, "data.validation=null"]).plan.input_shape == (4,)
    (line,) = problem_lines(source, "data.validation=null", "data.test=null", "model.0.entries=4")
    assert "words.csv:3: embedding takes whole numbers from 0 to 3; got 5; write entries: 9, or more" in line
