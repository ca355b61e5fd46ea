"""What a checkpoint says about itself, from its headers alone."""

from __future__ import annotations

import os
from typing import Any

from nncli.assemble.outline import outline
from nncli.core.errors import CheckpointError, NncliError
from nncli.core.value_text import format_value
from nncli.nn.sequential import layers_of
from nncli.runs import checkpoint
from nncli.runs.directory import LAST, RunDirectory, checkpoint_path

NAMED = ("name", "output_shape", "parameters")  # what a checkpoint says of every outer layer
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

    "parameters" are all numbers that the model has, of which "running_values" are not trained but kept beside, such as
    running statistics; None where that is not known. "all_layers" are the layers with those inside of containers.

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
            raise CheckpointError(
                f"{path}: its meta.json does not describe a model: {key!r} is {format_value(meta.get(key))}"
            )
    try:
        counts = [layer["parameters"] for layer in meta["layers"]]
    except (LookupError, TypeError):
        counts = [None]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise CheckpointError(f"{path}: its meta.json does not describe the layers of a model")
    layers = _opened(meta)
    running = [layer["running_values"] for layer in layers if not layer["depth"]]
    return {
        "path": path,
        "bytes": os.path.getsize(path),
        "verified": verify,
        "parameters": sum(counts),
        "running_values": None if None in running else sum(running),
        "format_version": meta["format_version"],
        **{key: meta[key] for key in KINDS},
        "plugins": meta.get("plugins", []),
        "all_layers": layers,
    }


def _opened(meta: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers with those inside of containers, each with its depth and how many of its numbers are not trained.

    A checkpoint names the outer ones only, so that the others come from its config; where that has layers that are not
    known here, as those of a plugin, or does not give what the checkpoint names, there are the outer ones alone.
    """
    try:
        shape = tuple(int(size) for size in meta["input_shape"])
        plans = outline(layers_of(meta["config"]["model"]).children(), shape)
    except (NncliError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        plans = ()
    named = [[layer.get(key) for key in NAMED] if isinstance(layer, dict) else None for layer in meta["layers"]]
    if named != [[plan.name, list(plan.output_shape), plan.parameters] for plan in plans]:
        return [{**layer, "depth": 0, "running_values": None} for layer in meta["layers"]]
    return [
        {
            "name": plan.name,
            "depth": depth,
            "output_shape": list(plan.output_shape),
            "parameters": plan.parameters,
            "running_values": plan.running_values,
        }
        for outer in plans
        for depth, plan in outer.opened()
    ]
