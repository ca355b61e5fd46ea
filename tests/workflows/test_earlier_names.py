"""Test that results and events still have the attribute names of earlier versions."""

from __future__ import annotations

from nncli.lifecycle.run_events import RunEnded, RunStarted
from nncli.workflows.check import check
from nncli.workflows.repro import repro
from nncli.workflows.train import train
from tests.workflows import tiny


def test_events_have_their_earlier_attribute_names(tmp_path):
    events = []
    train(tiny.write(tmp_path, tiny.classifier()), run_dir=str(tmp_path / "run"), listener=events.append)
    started = next(event for event in events if isinstance(event, RunStarted))
    ended = next(event for event in events if isinstance(event, RunEnded))
    assert started.going_on == started.resuming == ""
    assert started.running_values == started.buffers == 0
    assert ended.longer == ended.extend_with


def test_results_have_their_earlier_attribute_names(tmp_path):
    config = tiny.write(tmp_path, tiny.classifier())
    checked = check(config)
    assert checked.plan is checked.resources
    assert checked.looked_at is checked.rows_read is None
    train(config, run_dir=str(tmp_path / "run"))
    comparison = repro(str(tmp_path / "run"))
    assert comparison.surroundings == comparison.environment_changes == ()
