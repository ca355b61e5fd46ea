"""Executes the notebooks in docs/notebooks and writes them back with their outputs.

    NNCLI_DATA=FOLDER python -m tests.tools.write_notebooks [NAME]...

FOLDER has the data that the notebooks name. A notebook is edited as usual; this writes its outputs without anything
that differs between machines: no execution times, no versions, no paths.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "docs" / "notebooks"
CELL_SECONDS = 300  # a cell that takes longer hangs


def execute(notebook: nbformat.NotebookNode, data: Path, folder: Path) -> nbformat.NotebookNode:
    """Executes a notebook in an empty folder, laid out as the repository is, and returns it with its outputs.

    Args:
        notebook: what to execute; it is changed.
        data: the folder of the data files.
        folder: where to work.

    Raises:
        nbclient.exceptions.CellExecutionError: where a cell raises an exception.
    """
    place = folder / "docs" / "notebooks"
    place.mkdir(parents=True)
    shutil.copytree(ROOT / "configs", folder / "configs")
    environment = {
        **os.environ,
        "NNCLI_DATA": str(data.resolve()),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),  # for !nncli
        "IPYTHONDIR": str(folder / "ipython"),  # neither settings nor history of the user
    }
    resources = {"metadata": {"path": str(place)}}
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources=resources, record_timing=False
    )
    return client.execute(env=environment)


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Removes the metadata that differ between machines, joins the pieces of an output stream, shrinks the pictures."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    output.data["image/png"] = shrunk(output.data["image/png"])
    return notebook


def joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The outputs with neighbouring texts of one stream in one."""
    result: list[nbformat.NotebookNode] = []
    for output in outputs:
        before = result[-1] if result else None
        if before is not None and before.output_type == output.output_type == "stream" and before.name == output.name:
            before.text += output.text
        else:
            result.append(output)
    return result


def shrunk(picture: str) -> str:
    """A PNG, in base64, with at most 256 colours and no metadata."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    file = io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def main() -> None:
    """Writes the named notebooks, or all of them."""
    data = Path(os.environ.get("NNCLI_DATA", NOTEBOOKS / "data"))
    names = sys.argv[1:] or sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    for name in names:
        path = NOTEBOOKS / f"{name}.ipynb"
        with tempfile.TemporaryDirectory() as folder:
            notebook = execute(nbformat.read(path, as_version=4), data, Path(folder))
        nbformat.write(tidy(notebook), path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
