"""Test which settings may change when a run resumes, and which changes need a new run."""

from __future__ import annotations

import pytest

from nncli.lifecycle.config_changes import config_changes, may_change

RUN = {
    "name": "a",
    "seed": 1,
    "data": {"train": {"path": "/old/a.csv"}},
    "model": [{"units": 3}],
    "training": {"epochs": 3, "batch_size": 16, "checkpoint": {"keep": 1, "monitor": "val_loss"}},
}


def changed(path: str, value: object) -> dict:
    """Return the config with another value at a path."""
    key, _, rest = path.partition(".")
    return {**RUN, key: value if not rest else _within(RUN[key], rest.split("."), value)}


def _within(values, keys, value):
    key, *rest = keys
    if isinstance(values, list):
        return [_within(item, rest, value) if index == int(key) else item for index, item in enumerate(values)]
    return {**values, key: _within(values[key], rest, value) if rest else value}


@pytest.mark.parametrize(("path", "value"), [("name", "b"), ("training.epochs", 9), ("training.checkpoint.keep", 3)])
def test_changeable_settings_are_not_reported(path, value):
    assert config_changes(RUN, changed(path, value)) == []
    assert may_change(path)
    assert config_changes(RUN, changed(path, value), changeable=()) != []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("seed", 2, "seed was 1, is 2"),
        ("model.0.units", 4, "model.0.units was 3, is 4"),
        ("training.batch_size", 8, "training.batch_size was 16, is 8"),
        ("training.checkpoint.monitor", "train_loss", "training.checkpoint.monitor was 'val_loss', is 'train_loss'"),
    ],
)
def test_other_changed_settings_are_reported(path, value, message):
    assert config_changes(RUN, changed(path, value)) == [message]


def test_paths_of_the_same_data_may_change():
    elsewhere = changed("data.train.path", "/new/a.csv")
    assert config_changes(RUN, elsewhere) == ["data.train.path was '/old/a.csv', is '/new/a.csv'"]
    assert config_changes(RUN, elsewhere, same_data=True) == []
    assert may_change("data.train.path")
    assert not may_change("seed")
