"""Describe a checkpoint without reading its arrays."""

from __future__ import annotations

import os
from typing import Any

from nncli.assemble.summary import summarize
from nncli.core.errors import CheckpointError, NncliError
from nncli.core.value_text import format_value
from nncli.nn.layers.sequential import layers_of
from nncli.runs import checkpoint
from nncli.runs.checkpoint_meta import Meta
from nncli.runs.directory import RunDirectory
from nncli.runs.locate_checkpoint import checkpoint_path
from nncli.runs.run_files import LAST

LAYER_KEYS = ("name", "output_shape", "parameters")  # keys of every outer layer in a checkpoint
META_TYPES: dict[str, Any] = {
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
    """Return the description of a checkpoint or of a run's best checkpoint, as plain values.

    In the result, "last" has the metrics of the last epoch of the run. "parameters" is the number of all parameters.
    "non_trainable_parameters" is the number of parameters that are not trained, such as running statistics; None if
    this number is unknown. "running_values" is the older name of "non_trainable_parameters". "all_layers" lists the
    layers, including those inside containers.

    Args:
        path: a .npz checkpoint or a run directory.
        verify: verify the checksum of every array; for a run directory, of every array in all its checkpoints.

    Raises:
        CheckpointError: if the checkpoint is missing, damaged or not an nncli checkpoint.
    """
    run = RunDirectory(os.fspath(path)) if os.path.isdir(path) else None
    path = checkpoint_path(os.fspath(path))
    meta = checkpoint.verify(path) if verify else checkpoint.read_meta(path)
    if run is not None:
        last = run.checkpoint(LAST)
        meta["last"] = checkpoint.read_meta(last).get("last") if os.path.exists(last) else meta.get("last")
        if verify:
            _verify_all(run)
    counts = _check_meta(path, meta)
    layers = _all_layers(meta)
    non_trainable = [layer["non_trainable_parameters"] for layer in layers if not layer["depth"]]
    return {
        "path": path,
        "bytes": os.path.getsize(path),
        "verified": verify,
        "parameters": sum(counts),
        **_non_trainable(None if None in non_trainable else sum(non_trainable)),
        "format_version": meta["format_version"],
        **{key: meta[key] for key in META_TYPES},
        "plugins": meta.get("plugins", []),
        "all_layers": layers,
    }


def _verify_all(run: RunDirectory) -> None:
    """Verify the checksums of all checkpoints of a run."""
    for name in run.checkpoints.names():
        try:
            checkpoint.verify(run.checkpoint(name))
        except CheckpointError:
            if os.path.exists(run.checkpoint(name)):  # a run in progress may have removed this file
                raise


def _check_meta(path: str, meta: Meta) -> list[int]:
    """Check the types in meta.json and return the number of parameters of every outer layer."""
    for key, kind in META_TYPES.items():
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
    return counts


def _all_layers(meta: Meta) -> list[dict[str, Any]]:
    """Return the layers, including those inside containers, each with its depth and its non-trainable parameters.

    A checkpoint lists only the outer layers; the inner layers are built from its config. If they cannot be built, for
    example without the plugin of a layer, or if they do not match the list, only the outer layers are returned.
    """
    try:
        shape = tuple(int(size) for size in meta["input_shape"])
        summaries = summarize(layers_of(meta["config"]["model"]).children(), shape)
    except (NncliError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        summaries = ()
    named = [[layer.get(key) for key in LAYER_KEYS] if isinstance(layer, dict) else None for layer in meta["layers"]]
    if named != [[layer.name, list(layer.output_shape), layer.parameters] for layer in summaries]:
        return [{**layer, "depth": 0, **_non_trainable(None)} for layer in meta["layers"]]
    return [
        {
            "name": layer.name,
            "depth": depth,
            "output_shape": list(layer.output_shape),
            "parameters": layer.parameters,
            **_non_trainable(layer.non_trainable),
        }
        for outer in summaries
        for depth, layer in outer.flattened()
    ]


def _non_trainable(count: int | None) -> dict[str, int | None]:
    """Return the count under both of its names."""
    return {"running_values": count, "non_trainable_parameters": count}
