"""What a checkpoint says about itself, from its headers alone."""

from __future__ import annotations

import os
from typing import Any

from nncli.core.describe import show
from nncli.core.errors import CheckpointError
from nncli.runs import checkpoint
from nncli.runs.directory import LAST, RunDirectory, checkpoint_path

KINDS: dict[str, Any] = {
    "name": str | None,
    "nncli_version": str,
    "epoch": int,
    "step": int,
    "saved": str,
    "input_shape": list,
    "layers": list,
    "rows": dict,
    "class_names": list | None,
    "feature_names": list | None,
    "target_names": list,
    "preprocessing": dict,
    "best": dict,
    "last": dict,
    "config": dict,
    "arrays": dict,
}


def inspect(path: str | os.PathLike[str], *, verify: bool = False) -> dict[str, Any]:
    """The description of a checkpoint or of a run's best checkpoint, as plain values; "last" is the run's last epoch.

    Args:
        path: a .npz checkpoint or a run directory.
        verify: read every array and check its checksum; for a run directory, of all of its checkpoints.

    Raises:
        CheckpointError: where it is missing, foreign or damaged.
    """
    run = RunDirectory(os.fspath(path)) if os.path.isdir(path) else None
    path = checkpoint_path(os.fspath(path))
    meta = checkpoint.verify(path) if verify else checkpoint.read_meta(path)
    if run is not None:
        last = run.checkpoint(LAST)
        meta["last"] = checkpoint.read_meta(last).get("last") if os.path.exists(last) else meta.get("last")
        for name in run.checkpoints() if verify else ():
            try:
                checkpoint.verify(run.checkpoint(name))
            except CheckpointError:
                if os.path.exists(run.checkpoint(name)):  # otherwise the run goes on, and keeps it no longer
                    raise
    for key, kind in KINDS.items():
        if key not in meta or not isinstance(meta[key], kind) or isinstance(meta[key], bool):
            raise CheckpointError(f"{path}: its meta.json does not describe a model: {key!r} is {show(meta.get(key))}")
    try:
        counts = [layer["parameters"] for layer in meta["layers"]]
    except (LookupError, TypeError):
        counts = [None]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise CheckpointError(f"{path}: its meta.json does not describe the layers of a model")
    return {
        "path": path,
        "bytes": os.path.getsize(path),
        "verified": verify,
        "parameters": sum(counts),
        "format_version": meta["format_version"],
        **{key: meta[key] for key in KINDS},
        "plugins": meta.get("plugins", []),
    }
