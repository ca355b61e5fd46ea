"""Execute the notebooks in docs/notebooks, and write them back with their outputs.

    NNCLI_DATA=FOLDER python -m tests.tools.write_notebooks [NAME]...

FOLDER has the data files of the notebooks. Edit a notebook as usual; this script then writes its outputs, without
details that differ between machines, such as execution times, versions and paths.
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
CELL_SECONDS = 300  # a cell that takes longer is stopped


def execute(notebook: nbformat.NotebookNode, data: Path, folder: Path) -> nbformat.NotebookNode:
    """Execute a notebook in an empty folder with the layout of the repository, and return it with its outputs.

    Args:
        notebook: the notebook to execute; it is changed.
        data: the folder with the data files.
        folder: an empty folder to work in.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell raises an exception.
    """
    place = folder / "docs" / "notebooks"
    place.mkdir(parents=True)
    shutil.copytree(ROOT / "configs", folder / "configs")
    environment = {
        **os.environ,
        "NNCLI_DATA": str(data.resolve()),
        # !nncli in a notebook needs the folder of the command
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
        "IPYTHONDIR": str(folder / "ipython"),  # excludes the settings and the history of the user
    }
    resources = {"metadata": {"path": str(place)}}
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources=resources, record_timing=False
    )
    return client.execute(env=environment)


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove metadata that differs between machines, join the parts of output streams, and compress pictures."""
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
    """Return the outputs, with consecutive texts of the same stream joined."""
    result: list[nbformat.NotebookNode] = []
    for output in outputs:
        before = result[-1] if result else None
        if before is not None and before.output_type == output.output_type == "stream" and before.name == output.name:
            before.text += output.text
        else:
            result.append(output)
    return result


def shrunk(picture: str) -> str:
    """Return a PNG in base64 with at most 256 colours and without metadata."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    file = io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def main() -> None:
    """Write the named notebooks, or all of them."""
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
