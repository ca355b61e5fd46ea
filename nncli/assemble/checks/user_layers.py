"""A user's own layers, tried once everything around them fits."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.assemble.checks.raw_inputs import check_raw_inputs
from nncli.assemble.subject import Subject
from nncli.core.checked import registered_in
from nncli.core.errors import Problem
from nncli.core.fields import is_foreign
from nncli.core.invalid import is_invalid


def check_user_layers(subject: Subject) -> Iterable[Problem]:
    """A trial run of a user's own layers with two training rows, where all layers fit."""
    (output, problems), layers = subject.layer_shapes, subject.draft.layers
    if not any(is_foreign(type(thing)) for thing in registered_in(layers)):
        return ()
    if output is None or problems or any(map(is_invalid, layers)) or list(check_raw_inputs(subject)):
        return ()
    if "train" not in subject.loaded.prepared:
        return ()
    from nncli.assemble.checks.trial_run import ROWS, try_layers  # here: not needed for nncli's own layers

    return try_layers(layers, subject.loaded.prepared["train"].inputs[:ROWS], subject.draft.dtype)
