"""Targets that are outside of the range of the model's last activation."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.assemble.load_data import targets_out_of_range
from nncli.assemble.subject import Subject
from nncli.core.errors import Problem


def check_target_range(subject: Subject) -> Iterable[Problem]:
    """Training targets that the last activation can never give."""
    loss = subject.draft.loss
    return () if loss is None else targets_out_of_range(subject.loaded, subject.draft.layers, loss)
