"""Complete the defaults that depend on other settings; this happens once, before any check."""

from __future__ import annotations

from typing import Any

from nncli.config.draft import Draft
from nncli.config.spec import Training
from nncli.core.invalid import Invalid, is_invalid
from nncli.nn.default_initializers import fill_initializers
from nncli.optim.schedules.reduce_on_plateau import plateau_of


def complete_defaults(draft: Draft, *, has_validation: bool | None = None, name: str = "") -> Draft:
    """Return the draft with every default filled in.

    - The initializer of a layer depends on the activation after it.
    - The default monitor is val_loss if there are validation rows, otherwise train_loss.

    Args:
        draft: the draft, as `build_document` returns it.
        has_validation: whether there are validation rows; by default, the config decides.
        name: name of the run, if the config has none.
    """
    if has_validation is None:
        has_validation = bool(draft.has_validation)
    monitor = "val_loss" if has_validation else "train_loss"
    fields: dict[str, Any] = {}
    if not is_invalid(draft.get("name")) and not draft.get("name") and name:
        fields["name"] = name
    if not is_invalid(model := draft.get("model")):
        fields["model"] = tuple(fill_initializers(model))
    elif model.items:
        fields["model"] = Invalid(items=tuple(item if is_invalid(item) else _fill_alone(item) for item in model.items))
    if isinstance(training := draft.get("training"), Training):
        fields["training"] = _with_monitors(training, monitor)
    optimizer = draft.get("optimizer")
    plateau = plateau_of(optimizer)
    if plateau is not None and plateau.monitor is None:
        fields["optimizer"] = optimizer.with_fields(learning_rate=plateau.with_fields(monitor=monitor))
    return draft.with_fields(**fields)


def _fill_alone(layer: Any) -> Any:
    """Return a layer with its default initializer, without looking at the next layer, which may be Invalid."""
    return fill_initializers([layer])[0]


def _with_monitors(training: Training, monitor: str) -> Training:
    """Return the training section with the default monitor for the settings that have none."""
    checkpoint, stopping = training.checkpoint, training.early_stopping
    if checkpoint.monitor is None:
        checkpoint = checkpoint.with_fields(monitor=monitor)
    if stopping is not None and stopping.monitor is None:
        stopping = stopping.with_fields(monitor=monitor)
    return training.with_fields(checkpoint=checkpoint, early_stopping=stopping)
