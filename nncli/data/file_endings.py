"""Recognise data files by their endings, and describe the valid files for messages."""

from __future__ import annotations

import re

TABLE_ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet")
ARRAY_ENDINGS = (".npz", ".npy")
IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp")
IDX_NAME = re.compile(r"idx\d")  # idx files have no ending except .gz, as in train-images-idx3-ubyte.gz


def is_table(path: str) -> bool:
    """Whether a file is a table, judged by its ending."""
    return path.lower().endswith(TABLE_ENDINGS)


def is_tab_separated(path: str) -> bool:
    """Whether a file is a .tsv table, gzipped or not."""
    return path.lower().removesuffix(".gz").endswith(".tsv")


def is_parquet(path: str) -> bool:
    """Whether a file is a Parquet table."""
    return path.lower().endswith(".parquet")


def is_npz(path: str) -> bool:
    """Whether a file is an archive of NumPy arrays."""
    return path.lower().endswith(".npz")


def is_npy(path: str) -> bool:
    """Whether a file is a single NumPy array."""
    return path.lower().endswith(".npy")


def is_idx(path: str) -> bool:
    """Whether a file is in MNIST's idx format: its name contains idx and a digit, and it is not a NumPy file."""
    return IDX_NAME.search(path.rsplit("/", 1)[-1]) is not None and not path.lower().endswith(ARRAY_ENDINGS)


def is_image(path: str) -> bool:
    """Whether a file is an image."""
    return path.lower().endswith(IMAGE_ENDINGS)


def is_gzip(path: str) -> bool:
    """Whether a file is compressed by gzip."""
    return path.lower().endswith(".gz")


def _describe(arrays: str) -> str:
    tables, images = ", ".join(TABLE_ENDINGS), ", ".join(IMAGE_ENDINGS)
    return f"a table ({tables}), arrays ({arrays}), an image ({images}) or a folder of images"


PATHS_DESCRIPTION = _describe(", ".join(ARRAY_ENDINGS))  # valid values of a source's `path`
FILES_DESCRIPTION = _describe(", ".join((*ARRAY_ENDINGS, "idx")))  # valid data files on the command line
