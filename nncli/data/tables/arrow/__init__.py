"""Read Parquet files, and large CSV files several times faster, with Apache Arrow."""

from __future__ import annotations


def is_arrow_installed() -> bool:
    """Whether pyarrow is installed."""
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None
