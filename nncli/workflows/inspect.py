"""What a checkpoint says about itself, from its headers alone."""

from __future__ import annotations

import os
from typing import Any

from nncli.runs import checkpoint
from nncli.runs.directory import checkpoint_path


def inspect(path: str, *, verify: bool = False) -> dict[str, Any]:
    """The description of a checkpoint or of a run's best checkpoint, as plain values.

    Args:
        path: a .npz checkpoint or a run directory.
        verify: read every array and check its checksum.

    Raises:
        CheckpointError: where it is missing, foreign or damaged.
    """
    path = checkpoint_path(path)
    meta = checkpoint.load(path)[0] if verify else checkpoint.read_meta(path)
    known = ("name", "nncli_version", "format_version", "epoch", "step", "saved", "input_shape", "layers", "rows")
    named = ("class_names", "feature_names", "target_names", "preprocessing", "best", "last", "config", "arrays")
    return {
        "path": path,
        "bytes": os.path.getsize(path),
        "verified": verify,
        "parameters": sum(layer["parameters"] for layer in meta.get("layers", [])),
        **{key: meta.get(key) for key in (*known, *named)},
    }
