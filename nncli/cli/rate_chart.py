"""Draw the learning rate over the epochs of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncli.cli.console import terminal_width
from nncli.cli.text_chart import draw_chart

if TYPE_CHECKING:
    from nncli.workflows.check import LearningRateCurve


def format_schedule(curve: LearningRateCurve) -> list[str]:
    """Return a line with the schedule, and a chart unless the rate is constant or depends on the metrics."""
    from nncli.core.text_format import count_noun

    warmup = f" after {count_noun(curve.warmup_steps, 'step')} of warm-up" if curve.warmup_steps else ""
    name = f"rate      {curve.schedule}{warmup}:"
    if curve.words:
        return [f"{name} {curve.words}"]
    first, last = curve.rates[0], curve.rates[-1]
    if min(curve.rates) == curve.highest:
        return [f"{name} {first:.4g} in every step"]
    line = f"{name} first {first:.4g}, highest {curve.highest:.4g}, last {last:.4g}"
    unit = "epoch" if curve.epochs == 1 else "epochs"
    return [line, "", *draw_chart(curve.rates, curve.epochs, unit, terminal_width())]
