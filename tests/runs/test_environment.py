"""Test the messages for changes of a run's environment."""

from __future__ import annotations

import pytest

from nncli.runs.environment import environment_changes

HERE = {"nncli": "0.1.0", "numpy": "2.4.6", "compiler": "none", "cores": 2}


@pytest.mark.parametrize(
    ("before", "now", "changes"),
    [
        ({}, {}, []),
        ({"numpy": "2.4.5"}, {}, ["numpy 2.4.5 is now 2.4.6"]),
        ({}, {"compiler": "numba 0.68.1"}, ["compiler none is now numba 0.68.1"]),
        ({"compiler": "numba 0.68.1"}, {}, ["compiler numba 0.68.1 is now none"]),
        ({"python": "3.11"}, {"python": "3.12"}, []),
    ],
)
def test_changes_that_may_affect_the_last_bits_are_reported(before, now, changes):
    assert environment_changes(HERE | before, HERE | now) == changes


def test_runs_of_older_versions_count_as_runs_without_a_compiler():
    old = {name: value for name, value in HERE.items() if name != "compiler"}
    assert environment_changes(old, HERE) == []
    assert environment_changes(old, HERE | {"compiler": "numba 0.68.1"}) == ["compiler none is now numba 0.68.1"]
