"""nncli check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nncli.cli.console import print_message, print_result, terminal_width
from nncli.cli.number_format import format_large_number, format_shape
from nncli.cli.options import ConfigArgument, PluginOption, SetOption
from nncli.cli.plugin_option import load_plugins
from nncli.cli.text_chart import draw_chart
from nncli.cli.text_table import INDENT, format_table

if TYPE_CHECKING:
    from nncli.workflows.check import LearningRateCurve, ResourceEstimate


def check(
    config: ConfigArgument,
    settings: SetOption = None,
    plugins: PluginOption = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the config with every default filled.")] = False,
) -> None:
    """Check a config and its data without training, and say what the run will take."""
    from nncli.core.text_format import format_parameter_count
    from nncli.workflows.check import check as run

    load_plugins(plugins)
    found = run(config, settings or [])
    if resolved:
        print_result(found.resolved.rstrip())
        return
    for note in found.notes:
        print_message(f"note: {note}")
    rows = ", ".join(f"{count:,} {name}" for name, count in found.rows.items())
    print_result(
        f"{config} is right: {rows} rows; {format_parameter_count(found.parameters, found.plan.non_trainable)}"
    )
    if found.rows_read is not None:
        seen = f"{found.rows_read:,} rows were looked at, and the targets of all"
        print_result(f"the data are large: {seen}; so far as these show")
    print_result()
    for line in _described(found.plan):
        print_result(line)
    for line in () if found.curve is None else _drawn(found.curve):
        print_result(line)


def _described(plan: ResourceEstimate) -> list[str]:
    from nncli.core.text_format import count_noun, format_bytes

    rows = [["input", format_shape(plan.input_shape), "", ""]]
    for depth, layer in (item for outer in plan.layers for item in outer.flattened()):
        sizes = [format_shape(layer.output_shape), f"{layer.trainable:,}", f"{layer.multiply_adds:,}"]
        rows.append([INDENT * depth + layer.name, *sizes])
    several, steps = plan.batches_per_step, plan.steps_per_epoch * plan.epochs
    step = f"{min(several * plan.batch_size, plan.rows):,} rows{f' in {several:,} batches' if several > 1 else ''}"
    return [
        *format_table(["layer", "output shape", "parameters", "multiply-adds a row"], rows, right=(2, 3)),
        "",
        f"a step    {step}, about {format_large_number(several * plan.multiply_adds)} multiply-adds forward and back",
        f"a run     {count_noun(plan.steps_per_epoch, 'step')} an epoch, {steps:,} in {count_noun(plan.epochs, 'epoch')}, "
        f"about {format_large_number(plan.epochs * plan.batches_per_epoch * plan.multiply_adds)} multiply-adds",
        f"memory    about {format_bytes(plan.parameter_bytes)} for parameters, gradients and optimizer, "
        f"{format_bytes(plan.batch_bytes)} for a batch, {format_bytes(plan.data_bytes)} for the data",
    ]


def _drawn(curve: LearningRateCurve) -> list[str]:
    from nncli.core.text_format import count_noun

    warmup = f" after {count_noun(curve.warmup_steps, 'step')} of warm-up" if curve.warmup_steps else ""
    name = f"rate      {curve.schedule}{warmup}:"
    if curve.words:
        return [f"{name} {curve.words}"]
    first, last = curve.rates[0], curve.rates[-1]
    if min(curve.rates) == curve.highest:
        return [f"{name} {first:.4g} in every step"]
    line = f"{name} first {first:.4g}, highest {curve.highest:.4g}, last {last:.4g}"
    return [
        line,
        "",
        *draw_chart(curve.rates, curve.epochs, "epoch" if curve.epochs == 1 else "epochs", terminal_width()),
    ]
