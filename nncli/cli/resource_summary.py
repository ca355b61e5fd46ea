"""Format the estimated resources of a run: layers, steps, multiply-adds and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncli.cli.number_format import format_large_number, format_shape
from nncli.cli.text_table import INDENT, format_table

if TYPE_CHECKING:
    from nncli.workflows.check import ResourceEstimate


def format_resources(resources: ResourceEstimate) -> list[str]:
    """Return a table of the layers, and three lines: the cost per step, the cost per run, and the memory."""
    return [*_format_layers(resources), "", *_format_cost(resources)]


def _format_layers(resources: ResourceEstimate) -> list[str]:
    rows = [["input", format_shape(resources.input_shape), "", ""]]
    for depth, layer in (item for outer in resources.layers for item in outer.flattened()):
        sizes = [format_shape(layer.output_shape), f"{layer.trainable:,}", f"{layer.multiply_adds:,}"]
        rows.append([INDENT * depth + layer.name, *sizes])
    return format_table(["layer", "output shape", "parameters", "multiply-adds per row"], rows, right=(2, 3))


def _format_cost(resources: ResourceEstimate) -> list[str]:
    from nncli.core.text_format import count_noun, format_bytes

    batches, steps = resources.batches_per_step, resources.steps_per_epoch * resources.epochs
    rows = min(batches * resources.batch_size, resources.rows)
    step = f"{rows:,} rows{f' in {batches:,} batches' if batches > 1 else ''}"
    steps_per_epoch, epochs = count_noun(resources.steps_per_epoch, "step"), count_noun(resources.epochs, "epoch")
    step_cost = format_large_number(batches * resources.multiply_adds)
    run_cost = format_large_number(resources.epochs * resources.batches_per_epoch * resources.multiply_adds)
    return [
        f"per step  {step}, about {step_cost} multiply-adds forward and back",
        f"per run   {steps_per_epoch} per epoch, {steps:,} in {epochs}, about {run_cost} multiply-adds",
        f"memory    about {format_bytes(resources.parameter_bytes)} for parameters, gradients and optimizer, "
        f"{format_bytes(resources.batch_bytes)} for a batch, {format_bytes(resources.data_bytes)} for the data",
    ]
