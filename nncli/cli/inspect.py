"""nncli inspect."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nncli.cli.console import print_result
from nncli.cli.number_format import format_shape
from nncli.cli.options import CheckpointArgument, JsonOption
from nncli.cli.text_table import INDENT, format_table
from nncli.core.errors import CheckpointError

SHOWN = 8  # names and scalings listed before "and N more"


def inspect(
    checkpoint: CheckpointArgument,
    as_json: JsonOption = False,
    verify: Annotated[bool, typer.Option("--verify", help="Read every array and check its checksum.")] = False,
) -> None:
    """Show what is in a checkpoint: layers, sizes, scaling, names and metrics. Reads headers only."""
    import json

    from nncli.core.json_values import json_ready
    from nncli.workflows.inspect import inspect as run

    described = run(checkpoint, verify=verify)
    if as_json:
        print_result(json.dumps(json_ready(described)))
        return
    try:
        summary = _summary(described)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise CheckpointError(f"{described['path']}: its meta.json does not describe a model ({error!r})") from None
    print_result(summary)


def _summary(described: dict[str, Any]) -> str:
    from nncli.core.text_format import format_bytes
    from nncli.lifecycle.run_lines import measures

    size, checked = described["bytes"], "; all checksums are right" if described["verified"] else ""
    rows = ", ".join(f"{count:,} {name}" for name, count in described["rows"].items())
    config = described["config"]
    lines = [
        f"{described['path']} ({format_bytes(size)}, nncli {described['nncli_version']}{checked})",
        f"{described['name']}: epoch {described['epoch']}, step {described['step']}, saved {described['saved']}",
        "",
        *_layers(described),
        "",
        f"loss       {config['loss']['type']}",
        f"optimizer  {_fields(config['optimizer'])}",
        *_training(config.get("training", {})),
        f"trained on {_source(config['data']['train'])}",
        f"rows       {rows}",
    ]
    for plugin in described["plugins"]:
        lines.append(f"plugin     {plugin['name']} ({', '.join(plugin['registers'])}), sha256 {plugin['sha256'][:12]}")
    preprocessing = described["preprocessing"]
    lines.append(f"inputs     {format_shape(described['input_shape'])}{_names(described['feature_names'])}")
    lines += _scaling("scaled by ", config["data"]["scale_inputs"], preprocessing["input_scaling"])
    if described["class_names"] is not None:
        lines.append(f"classes    {_list(described['class_names'])}")
    else:
        what = "labels " if preprocessing.get("several_labels") else "targets"
        lines.append(f"{what}    {_list(described['target_names'])}")
        lines += _scaling("scaled by ", config["data"]["scale_targets"], preprocessing["target_scaling"])
    for name in ("best", "last"):
        if described[name]:
            lines.append(f"{name:<10} epoch {int(described[name]['epoch'])}: {measures(described[name])}")
    return "\n".join(lines)


def _layers(described: dict[str, Any]) -> list[str]:
    rows = [["input", format_shape(described["input_shape"]), ""]]
    for layer in described["all_layers"]:
        trained = layer["parameters"] - (layer["non_trainable_parameters"] or 0)
        rows.append([INDENT * layer["depth"] + layer["name"], format_shape(layer["output_shape"]), f"{trained:,}"])
    non_trainable = described["non_trainable_parameters"] or 0
    rows.append(["total", "", f"{described['parameters'] - non_trainable:,}"])
    if non_trainable:
        rows.append(["non-trainable parameters", "", f"{non_trainable:,}"])
    return format_table(["layer", "output shape", "parameters"], rows, right=(2,))


def _names(names: list[str] | None) -> str:
    return f": {_list(names)}" if names else ""


def _fields(values: dict[str, Any]) -> str:
    """Such as "adam (learning_rate 0.002, beta1 0.9)"."""
    return f"{values['type']} ({_pairs(values)})"


def _pairs(values: dict[str, Any]) -> str:
    """Such as "learning_rate cosine: initial 0.01, final 0; beta1 0.9"; what is null is left out."""
    text, after = "", ""
    for key, value in values.items():
        if key == "type" or value is None:
            continue
        nested = isinstance(value, dict)
        between = "; " if nested and text else after
        said = f"{value['type']}: {_pairs(value)}" if nested else _value(value)
        text += f"{between}{key} {said}"
        after = "; " if nested else ", "
    return text


def _value(value: Any) -> str:
    """A plain value as it may stand in a config."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return (
        str(value).lower() if isinstance(value, bool) else f"{value:.12g}" if isinstance(value, float) else f"{value}"
    )


def _training(values: dict[str, Any]) -> list[str]:
    """What is not as usual in how the weights were found; older checkpoints do not say all of it."""
    lines, several = [], values.get("batches_per_step", 1)
    if several != 1:
        lines.append(f"a step     {several:,} batches of {values['batch_size']:,} rows (batches_per_step {several})")
    if penalty := values.get("penalty"):
        lines.append(f"penalty    {_pairs({key: value or None for key, value in penalty.items()})}")
    if averaging := values.get("weight_averaging"):
        lines.append(f"weights    a running average of those of all steps (weight_averaging: {_pairs(averaging)})")
    return lines


def _source(values: dict[str, Any]) -> str:
    keys = ("dataset", "path", "inputs", "targets")
    given = [f"{values[key]}" for key in keys if isinstance(values.get(key), str) and values[key]]
    return f"{values['type']} {', '.join(given)}".strip()


def _scaling(label: str, scaler: dict[str, Any], fitted: dict[str, Any] | None) -> list[str]:
    return [] if fitted is None else [f"{label} {scaler['type']}: {_scaling_words(fitted)}"]


def _scaling_words(fitted: dict[str, Any] | None) -> str:
    """What a scaling does, from its stored form."""
    if fitted is None:
        return "as they are"
    kind = fitted.get("kind", "affine")
    if kind == "affine":
        pairs = zip(fitted["shift"], fitted["scale"], strict=True)
        return _list([f"(x - {shift:.6g}) / {scale:.6g}" for shift, scale in pairs])
    if kind == "quantile":
        return f"to a normal distribution, {len(fitted['quantiles'][0]):,} quantiles"
    if kind == "per_column":
        parts = [f"{_list(part['names'] or ['others'])}: {_scaling_words(part['scaling'])}" for part in fitted["parts"]]
        return _list(parts, "; ")
    return f"{kind}"  # of a plugin


def _list(names: list[str], between: str = ", ") -> str:
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return between.join(names[:SHOWN]) + rest
