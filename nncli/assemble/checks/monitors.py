"""Check that monitors are columns of metrics.csv."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.check_context import CheckContext
from nncli.core.errors import Problem
from nncli.core.invalid import INVALID, field_of, is_invalid
from nncli.core.spelling import suggestion
from nncli.core.text_format import truncate
from nncli.nn.metric import names_of
from nncli.optim.schedules.reduce_on_plateau import plateau_of


def check_monitors(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem if a monitor (of checkpoints, early stopping or learning rate) is not a column of metrics.csv."""
    draft, metrics = context.draft, context.draft.metrics
    has_validation = draft.has_validation or (context.splits is not None and context.splits.validation is not None)
    if draft.has_validation is None and context.splits is None:
        return
    complete = draft.get("metrics") is not INVALID and not any(map(is_invalid, metrics))
    measures = ["loss", *dict.fromkeys(names_of([metric for metric in metrics if not is_invalid(metric)]))]
    sets = ("val", "train") if has_validation else ("train",)
    columns = [f"{name}_{measure}" for name in sets for measure in measures]
    training, plateau = draft.get("training"), plateau_of(draft.get("optimizer"))
    monitors = {("training", key): field_of(training, key) for key in ("checkpoint", "early_stopping")}
    for path, part in {**monitors, ("optimizer", "learning_rate"): plateau}.items():
        monitor = field_of(part, "monitor")
        if monitor is None or monitor in columns:
            continue
        if monitor.startswith("val_") and not has_validation:
            hint = f": there are no validation rows; add data.validation. Known: {', '.join(columns)}"
        elif complete:
            hint = suggestion(monitor, columns)
        else:
            continue
        yield Problem((*path, "monitor"), f"no column {truncate(monitor)!r}{hint}")
