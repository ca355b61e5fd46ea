"""Plugins may use names of earlier versions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.data import rows
from nncli.data.rows import Glance, Unread, array_glance, array_rows
from nncli.data.source import Source


@dataclass(frozen=True)
class Made(Source):
    def read(self, *, targets=True):
        return array_rows(np.zeros((5, 2)), np.zeros(5) if targets else None, "made", "made", "y")

    def glance(self, count):
        return array_glance(np.zeros((2, 2)), np.arange(2), (5, 2), np.zeros(5), "made", "made", "y")


def test_a_source_may_define_its_preview_as_glance():
    preview = Made().preview(2)
    assert isinstance(preview, Glance)
    assert isinstance(preview.rows.inputs, Unread)
    assert (len(preview.rows), len(preview.sample)) == (5, 2)


def test_the_old_names_are_the_new_classes():
    assert (Glance, Unread, array_glance) == (rows.Preview, rows.NotLoaded, rows.array_preview)
