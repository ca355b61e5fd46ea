"""Format the scaling that a checkpoint applies to inputs or targets."""

from __future__ import annotations

from typing import Any

from nncli.cli.short_list import format_list


def format_scaling(fitted: dict[str, Any] | None) -> str:
    """Return what a fitted scaling does, such as "(x - 2) / 0.5".

    Args:
        fitted: the fitted scaling as stored in the checkpoint; None for values that are not scaled.
    """
    if fitted is None:
        return "not scaled"
    kind = fitted.get("kind", "affine")  # older checkpoints do not store the kind
    if kind == "affine":
        pairs = zip(fitted["shift"], fitted["scale"], strict=True)
        return format_list([f"(x - {shift:.6g}) / {scale:.6g}" for shift, scale in pairs])
    if kind == "quantile":
        return f"to a normal distribution, {len(fitted['quantiles'][0]):,} quantiles"
    if kind == "per_column":
        columns = [(format_list(part["names"] or ["others"]), part["scaling"]) for part in fitted["parts"]]
        return format_list([f"{names}: {format_scaling(scaling)}" for names, scaling in columns], "; ")
    return f"{kind}"  # a scaling of a plugin
