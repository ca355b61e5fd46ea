"""Test notes about runs that are too short for weight averaging."""

from __future__ import annotations

from nncli.workflows.check import check
from tests.workflows import tiny


def test_a_run_that_is_too_short_for_its_average_is_noted(tmp_path):
    config = tiny.write(tmp_path, tiny.classifier())  # 9 steps
    (note,) = check(config, ["training.weight_averaging={decay: 0.9}"]).notes
    what = "after the 9 steps of the run, the weights of the first step still make up 43% of the average"
    assert f"{what}; write warmup: true" in note
    for fine in ("{decay: 0.5}", "{decay: 0.9, warmup: true}", "null"):
        assert check(config, [f"training.weight_averaging={fine}"]).notes == ()
