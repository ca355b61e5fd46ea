"""Trained runs that several tests read; tests must not change them."""

from __future__ import annotations

import os

import pytest

from nncli.workflows.train import train
from tests.workflows import tiny

KINDS = {"classifier": tiny.classifier(), "regression": tiny.regression(), "bars": tiny.convolutional()}


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return a mapping of names to run directories: a classifier and a regression of tables, a classifier of images."""
    runs = {}
    for name, values in KINDS.items():
        folder = tmp_path_factory.mktemp(name)
        runs[name] = train(tiny.write(folder, values), run_dir=os.path.join(folder, "run")).path
    return runs
