"""Validate a draft against its data, with the same checks for the commands and for `nncli.Model`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nncli.assemble.check_context import CheckContext
from nncli.assemble.checks.data import check_data
from nncli.assemble.checks.layers import check_layers
from nncli.assemble.checks.loss_fit import check_loss
from nncli.assemble.checks.metrics import check_metrics
from nncli.assemble.checks.monitors import check_monitors
from nncli.assemble.checks.raw_inputs import check_raw_inputs
from nncli.assemble.checks.target_range import check_target_range
from nncli.assemble.checks.task_settings import check_class_weight, check_data_settings, check_single_class
from nncli.assemble.checks.user_layers import check_user_layers
from nncli.assemble.data_splits import DataSplits
from nncli.assemble.load_data import LoadedData
from nncli.config.draft import Draft
from nncli.core.errors import Problem
from nncli.data.preprocessing import Preprocessing

Check = Callable[[CheckContext], Iterable[Problem]]

CHECKS: tuple[Check, ...] = (
    check_data,
    check_raw_inputs,
    check_layers,
    check_user_layers,
    check_single_class,
    check_class_weight,
    check_loss,
    check_target_range,
    check_data_settings,
    check_metrics,
    check_monitors,
)


@dataclass
class Validation:
    """The result of validating a draft.

    Args:
        draft: the draft, after `complete_defaults`.
        loaded: the data of the draft, as far as they could be loaded.
        problems: the problems of the draft and those that the checks found, with their paths in the config.
    """

    draft: Draft
    loaded: LoadedData
    problems: list[Problem]

    @property
    def splits(self) -> DataSplits:
        """The training, validation and test rows; only for a draft without problems."""
        assert self.loaded.splits is not None
        return self.loaded.splits

    @property
    def preprocessing(self) -> Preprocessing:
        """The preprocessing; only for a draft without problems."""
        assert self.loaded.preprocessing is not None
        return self.loaded.preprocessing


def validate(draft: Draft, loaded: LoadedData) -> Validation:
    """Run every check once on a draft and its data.

    Args:
        draft: the draft, after `complete_defaults`.
        loaded: the data of the draft, as `load_data` returns them.
    """
    context = CheckContext(draft, loaded)
    return Validation(draft, loaded, [*draft.problems, *(problem for check in CHECKS for problem in check(context))])
