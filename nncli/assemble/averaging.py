"""Whether a run is long enough for the average of its weights."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.plan import Plan
from nncli.config.spec import Spec
from nncli.core.text_format import count_noun

LARGE_SHARE = 0.05  # of the average that is still the first weights when the run ends


def averaging_remarks(spec: Spec, plan: Plan) -> Iterator[str]:
    """What is odd about averaging the weights in this run, though it can be done.

    Without a warm-up the weights after the first step have the share decay^(steps - 1) in the last average.

    Args:
        spec: with every default filled.
        plan: of the run.
    """
    averaging, steps = spec.training.weight_averaging, plan.steps_per_epoch * plan.epochs
    if averaging is None or averaging.warmup:
        return
    share = averaging.decay ** (steps - 1)
    if share > LARGE_SHARE:
        what = f"after the run's {count_noun(steps, 'step')} the average is still {share:.0%} the weights of the first"
        yield f"training.weight_averaging: {what}; give it warmup: true, or a smaller decay"
