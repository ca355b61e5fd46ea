"""The stored form of a scaling in checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nncli.core.registry import SCALERS
from nncli.data.scaling.affine import Affine
from nncli.data.scaling.fitted_scaling import KINDS, Scaling


def scaling_state(scaling: Scaling | None) -> dict[str, Any] | None:
    """Return the stored form of a scaling; None if there is no scaling."""
    return None if scaling is None else scaling.state()


def restore_scaling(state: Mapping[str, Any] | None) -> Scaling | None:
    """Return a scaling from its stored form; a stored form without a kind is affine.

    Raises:
        ValueError: if the kind of the scaling is unknown.
    """
    if state is None:
        return None
    kind = state.get("kind", Affine.kind)
    if kind not in KINDS:
        SCALERS.discover()  # imports all scalers, which define further kinds
    if kind not in KINDS:
        raise ValueError(f"unknown kind of scaling {kind!r}")
    return KINDS[kind].from_state(state)
