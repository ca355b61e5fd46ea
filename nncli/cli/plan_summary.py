"""Format what a run will compute: its layers, steps, multiply-adds and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncli.cli.number_format import format_large_number, format_shape
from nncli.cli.text_table import INDENT, format_table

if TYPE_CHECKING:
    from nncli.workflows.check import ResourceEstimate


def format_plan(plan: ResourceEstimate) -> list[str]:
    """Return a table of the layers, and a line each for a step, the run and its memory."""
    return [*_format_layers(plan), "", *_format_cost(plan)]


def _format_layers(plan: ResourceEstimate) -> list[str]:
    rows = [["input", format_shape(plan.input_shape), "", ""]]
    for depth, layer in (item for outer in plan.layers for item in outer.flattened()):
        sizes = [format_shape(layer.output_shape), f"{layer.trainable:,}", f"{layer.multiply_adds:,}"]
        rows.append([INDENT * depth + layer.name, *sizes])
    return format_table(["layer", "output shape", "parameters", "multiply-adds a row"], rows, right=(2, 3))


def _format_cost(plan: ResourceEstimate) -> list[str]:
    from nncli.core.text_format import count_noun, format_bytes

    batches, steps = plan.batches_per_step, plan.steps_per_epoch * plan.epochs
    step = f"{min(batches * plan.batch_size, plan.rows):,} rows{f' in {batches:,} batches' if batches > 1 else ''}"
    run = f"{count_noun(plan.steps_per_epoch, 'step')} an epoch, {steps:,} in {count_noun(plan.epochs, 'epoch')}"
    step_cost = format_large_number(batches * plan.multiply_adds)
    run_cost = format_large_number(plan.epochs * plan.batches_per_epoch * plan.multiply_adds)
    return [
        f"a step    {step}, about {step_cost} multiply-adds forward and back",
        f"a run     {run}, about {run_cost} multiply-adds",
        f"memory    about {format_bytes(plan.parameter_bytes)} for parameters, gradients and optimizer, "
        f"{format_bytes(plan.batch_bytes)} for a batch, {format_bytes(plan.data_bytes)} for the data",
    ]
