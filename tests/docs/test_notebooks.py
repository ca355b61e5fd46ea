"""The notebooks run to the end, get the results stated in their text, and are committed with portable outputs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.tools.write_notebooks import NOTEBOOKS, ROOT, execute

DATA = ROOT.parent / "shared" / "data"
FILES = {
    "house_prices": ("california_housing_train.csv.gz", "california_housing_test.csv.gz"),
    "two_or_five": ("digits_2_5_jpeg.tar.gz",),
}
MAX_BYTES = 700_000
ABSOLUTE_PATH = re.compile(r"(?<![\w.:/])/(home|root|tmp|work|usr|Users|var|private|mnt)/")


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def text_of(name: str) -> str:
    return "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")


def run(name: str, results: str, folder: Path) -> dict[str, Any]:
    """Execute a notebook, and return the value that the expression `results` has after the last cell."""
    for file in FILES[name]:
        if not (DATA / file).exists():
            pytest.skip(f"the data file {file} is not on this machine")
    notebook = read(name)
    write = f"import json\nfrom pathlib import Path\nPath('results.json').write_text(json.dumps({results}))"
    notebook.cells.append(nbformat.v4.new_code_cell(write))
    executed = execute(notebook, DATA, folder)
    warned = [
        output.text for cell in executed.cells for output in cell.get("outputs", ()) if output.get("name") == "stderr"
    ]
    assert not warned
    return json.loads((folder / "docs" / "notebooks" / "results.json").read_text())


def test_house_prices_gets_the_results_stated_in_its_text(tmp_path: Path) -> None:
    scores = run("house_prices", "{name: float(value) for name, value in scores.items()}", tmp_path)
    text = text_of("house_prices")
    assert "below $54,000" in text
    assert "about $70,000" in text
    assert scores["network"] < 54_000
    assert scores["linear fit"] == pytest.approx(70_000, abs=500)
    assert scores["mean"] == pytest.approx(113_110, abs=500)


def test_two_or_five_gets_the_results_stated_in_its_text(tmp_path: Path) -> None:
    expression = "{**{name: float(value) for name, value in scores.items()}, 'folds': float(crossval_accuracy)}"
    scores = run("two_or_five", expression, tmp_path)
    assert "in about 95 of 100 images, the network in more than 99" in text_of("two_or_five").replace("\n", " ")
    assert scores["nearest mean"] == pytest.approx(0.95, abs=0.01)
    assert scores["network"] > 0.99
    assert scores["folds"] > 0.99


def test_every_notebook_is_run_by_these_tests() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_notebook_is_committed_with_its_outputs(name: str) -> None:
    code = [cell for cell in read(name).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    assert (NOTEBOOKS / f"{name}.ipynb").stat().st_size < MAX_BYTES


@pytest.mark.parametrize("name", FILES)
def test_a_notebook_contains_no_details_of_the_machine(name: str) -> None:
    notebook = read(name)
    assert notebook.metadata.language_info == {"name": "python"}
    assert [cell.metadata for cell in notebook.cells] == [{}] * len(notebook.cells)
    texts = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not ABSOLUTE_PATH.search("\n".join(texts + [cell.source for cell in notebook.cells]))
