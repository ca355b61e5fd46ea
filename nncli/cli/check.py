"""nncli check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nncli.cli.chart import chart
from nncli.cli.console import give, say, width
from nncli.cli.numbers import in_words, of_shape
from nncli.cli.options import ConfigArgument, PluginOption, SetOption
from nncli.cli.plugins import load
from nncli.cli.table import INDENT, table

if TYPE_CHECKING:
    from nncli.workflows.check import LearningRateCurve, ResourceEstimate


def check(
    config: ConfigArgument,
    settings: SetOption = None,
    plugins: PluginOption = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the config with every default filled.")] = False,
) -> None:
    """Check a config and its data without training, and say what the run will take."""
    from nncli.core.wording import of_parameters
    from nncli.workflows.check import check as run

    load(plugins)
    found = run(config, settings or [])
    if resolved:
        give(found.resolved.rstrip())
        return
    for note in found.notes:
        say(f"note: {note}")
    rows = ", ".join(f"{count:,} {name}" for name, count in found.rows.items())
    give(f"{config} is right: {rows} rows; {of_parameters(found.parameters, found.plan.non_trainable)}")
    if found.rows_read is not None:
        seen = f"{found.rows_read:,} rows were looked at, and the targets of all"
        give(f"the data are large: {seen}; so far as these show")
    give()
    for line in _described(found.plan):
        give(line)
    for line in () if found.curve is None else _drawn(found.curve):
        give(line)


def _described(plan: ResourceEstimate) -> list[str]:
    from nncli.core.wording import counted, in_bytes

    rows = [["input", of_shape(plan.input_shape), "", ""]]
    for depth, layer in (item for outer in plan.layers for item in outer.flattened()):
        sizes = [of_shape(layer.output_shape), f"{layer.trainable:,}", f"{layer.multiply_adds:,}"]
        rows.append([INDENT * depth + layer.name, *sizes])
    several, steps = plan.batches_per_step, plan.steps_per_epoch * plan.epochs
    step = f"{min(several * plan.batch_size, plan.rows):,} rows{f' in {several:,} batches' if several > 1 else ''}"
    return [
        *table(["layer", "output shape", "parameters", "multiply-adds a row"], rows, right=(2, 3)),
        "",
        f"a step    {step}, about {in_words(several * plan.multiply_adds)} multiply-adds forward and back",
        f"a run     {counted(plan.steps_per_epoch, 'step')} an epoch, {steps:,} in {counted(plan.epochs, 'epoch')}, "
        f"about {in_words(plan.epochs * plan.batches_per_epoch * plan.multiply_adds)} multiply-adds",
        f"memory    about {in_bytes(plan.parameter_bytes)} for parameters, gradients and optimizer, "
        f"{in_bytes(plan.batch_bytes)} for a batch, {in_bytes(plan.data_bytes)} for the data",
    ]


def _drawn(curve: LearningRateCurve) -> list[str]:
    from nncli.core.wording import counted

    warmup = f" after {counted(curve.warmup_steps, 'step')} of warm-up" if curve.warmup_steps else ""
    name = f"rate      {curve.schedule}{warmup}:"
    if curve.words:
        return [f"{name} {curve.words}"]
    first, last = curve.rates[0], curve.rates[-1]
    if min(curve.rates) == curve.highest:
        return [f"{name} {first:.4g} in every step"]
    line = f"{name} first {first:.4g}, highest {curve.highest:.4g}, last {last:.4g}"
    return [line, "", *chart(curve.rates, curve.epochs, "epoch" if curve.epochs == 1 else "epochs", width())]
