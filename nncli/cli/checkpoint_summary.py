"""Format the description of a checkpoint that `nncli inspect` prints."""

from __future__ import annotations

from typing import Any

from nncli.cli.config_text import format_fields, format_pairs
from nncli.cli.number_format import format_shape
from nncli.cli.scaling_text import format_scaling
from nncli.cli.short_list import format_list
from nncli.cli.text_table import INDENT, format_table


def format_checkpoint(description: dict[str, Any]) -> list[str]:
    """Return the lines for the terminal.

    Args:
        description: the description that `nncli.workflows.inspect.inspect` returns.
    """
    from nncli.core.text_format import format_bytes
    from nncli.lifecycle.log_lines import format_metrics

    checked = "; all checksums match" if description["verified"] else ""
    rows = ", ".join(f"{count:,} {name}" for name, count in description["rows"].items())
    config, size = description["config"], format_bytes(description["bytes"])
    progress = f"epoch {description['epoch']}, step {description['step']}"
    lines = [
        f"{description['path']} ({size}, nncli {description['nncli_version']}{checked})",
        f"{description['name']}: {progress}, saved {description['saved']}",
        "",
        *_format_layers(description),
        "",
        f"loss       {config['loss']['type']}",
        f"optimizer  {format_fields(config['optimizer'])}",
        *_format_training(config.get("training", {})),
        f"trained on {_format_source(config['data']['train'])}",
        f"rows       {rows}",
    ]
    for plugin in description["plugins"]:
        lines.append(f"plugin     {plugin['name']} ({', '.join(plugin['registers'])}), sha256 {plugin['sha256'][:12]}")
    lines += _format_data(description)
    for name in ("best", "last"):
        if description[name]:
            lines.append(f"{name:<10} epoch {int(description[name]['epoch'])}: {format_metrics(description[name])}")
    return lines


def _format_layers(description: dict[str, Any]) -> list[str]:
    rows = [["input", format_shape(description["input_shape"]), ""]]
    for layer in description["all_layers"]:
        trainable = layer["parameters"] - (layer["non_trainable_parameters"] or 0)
        rows.append([INDENT * layer["depth"] + layer["name"], format_shape(layer["output_shape"]), f"{trainable:,}"])
    non_trainable = description["non_trainable_parameters"] or 0
    rows.append(["total", "", f"{description['parameters'] - non_trainable:,}"])
    if non_trainable:
        rows.append(["non-trainable parameters", "", f"{non_trainable:,}"])
    return format_table(["layer", "output shape", "parameters"], rows, right=(2,))


def _format_training(values: dict[str, Any]) -> list[str]:
    """Return the training settings that are not the default; older checkpoints do not have all keys."""
    lines, batches = [], values.get("batches_per_step", 1)
    if batches != 1:
        lines.append(f"per step   {batches:,} batches of {values['batch_size']:,} rows (batches_per_step {batches})")
    if penalty := values.get("penalty"):
        lines.append(f"penalty    {format_pairs({key: value or None for key, value in penalty.items()})}")
    if averaging := values.get("weight_averaging"):
        lines.append(f"weights    a moving average over all steps (weight_averaging: {format_pairs(averaging)})")
    return lines


def _format_source(values: dict[str, Any]) -> str:
    keys = ("dataset", "path", "inputs", "targets")
    given = [f"{values[key]}" for key in keys if isinstance(values.get(key), str) and values[key]]
    return f"{values['type']} {', '.join(given)}".strip()


def _format_data(description: dict[str, Any]) -> list[str]:
    """Return the lines for inputs, classes, labels or targets, with their scaling."""
    data, preprocessing = description["config"]["data"], description["preprocessing"]
    features = f": {format_list(description['feature_names'])}" if description["feature_names"] else ""
    lines = [f"inputs     {format_shape(description['input_shape'])}{features}"]
    lines += _format_scaler(data["scale_inputs"], preprocessing["input_scaling"])
    if description["class_names"] is not None:
        return [*lines, f"classes    {format_list(description['class_names'])}"]
    name = "labels" if preprocessing.get("several_labels") else "targets"
    lines.append(f"{name:<10} {format_list(description['target_names'])}")
    return [*lines, *_format_scaler(data["scale_targets"], preprocessing["target_scaling"])]


def _format_scaler(scaler: dict[str, Any], fitted: dict[str, Any] | None) -> list[str]:
    return [] if fitted is None else [f"scaled by  {scaler['type']}: {format_scaling(fitted)}"]
