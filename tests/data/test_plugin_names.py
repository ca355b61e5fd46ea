"""Plugins may still use the earlier names of previews: glance, Glance, Unread and array_glance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.data import rows
from nncli.data.rows import Glance, Unread, array_glance, array_rows
from nncli.data.source import Source


@dataclass(frozen=True)
class OldSource(Source):
    def read(self, *, targets=True):
        return array_rows(np.zeros((5, 2)), np.zeros(5) if targets else None, "made", "made", "y")

    def glance(self, count):
        return array_glance(np.zeros((2, 2)), np.arange(2), (5, 2), np.zeros(5), "made", "made", "y")


def test_a_source_may_define_preview_under_its_old_name_glance():
    preview = OldSource().preview(2)
    assert isinstance(preview, Glance)
    assert isinstance(preview.rows.inputs, Unread)
    assert (len(preview.rows), len(preview.sample)) == (5, 2)


def test_the_old_names_refer_to_the_renamed_classes_and_functions():
    assert (Glance, Unread, array_glance) == (rows.Preview, rows.NotLoaded, rows.array_preview)
