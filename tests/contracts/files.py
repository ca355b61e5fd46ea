"""Write the same six rows, images of 2x2 pixels with labels, as every kind of source."""

from __future__ import annotations

import csv
import gzip
import io
import struct
from pathlib import Path

import numpy as np

PIXELS = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
LABELS = np.array([2, 5, 2, 5, 2, 5], np.uint8)


def npz(folder: Path) -> None:
    np.savez(folder / "a.npz", x=PIXELS, y=LABELS)


def npy(folder: Path) -> None:
    np.save(folder / "x.npy", PIXELS)
    np.save(folder / "y.npy", LABELS)


def _table(separator: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(["a", "b", "c", "d", "label"])
    writer.writerows([*row.reshape(-1).tolist(), label] for row, label in zip(PIXELS, LABELS, strict=True))
    return text.getvalue()


def csv_file(folder: Path) -> None:
    (folder / "a.csv").write_text(_table(","))


def tsv_gz(folder: Path) -> None:
    (folder / "a.tsv.gz").write_bytes(gzip.compress(_table("\t").encode()))


def images(folder: Path) -> None:
    from PIL import Image

    for index, (pixels, label) in enumerate(zip(PIXELS, LABELS, strict=True)):
        (folder / "images" / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / "images" / str(label) / f"{index}.png")


def idx(folder: Path) -> None:
    (folder / "x-idx3-ubyte").write_bytes(struct.pack(">HBB3I", 0, 8, 3, *PIXELS.shape) + PIXELS.tobytes())
    (folder / "y-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, len(LABELS)) + LABELS.tobytes())
