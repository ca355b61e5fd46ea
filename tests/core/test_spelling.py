"""Suggestions for mistyped names."""

from __future__ import annotations

import pytest

from nncli.core.spelling import nearest, normalize_name, suggestion

KNOWN = ["units", "bias", "initializer"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("unts", "units"), ("Units", "units"), ("UNITS", "units"), ("initialiser", "initializer"), ("colour", None)],
)
def test_the_nearest_name(name, expected):
    assert nearest(name, KNOWN) == expected


def test_a_name_is_suggested_as_it_is_spelt():
    assert nearest("adma", ["Adam", "SGD"]) == "Adam"


def test_the_suggestion_and_all_that_is_known():
    assert suggestion("unts", KNOWN) == "; did you mean 'units'? Known: units, bias, initializer"


def test_without_a_near_name_only_what_is_known():
    assert suggestion("colour", KNOWN) == ". Known: units, bias, initializer"


def test_nothing_known():
    assert suggestion("colour", []) == "."


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("MSELoss", "mse"),
        ("smooth_l1_loss", "smoothl1"),
        ("nn.Linear", "linear"),
        ("InputLayer", "input"),
        ("f1-score", "f1"),
        ("Loss", "loss"),
        ("layer_norm", "layernorm"),
    ],
)
def test_a_name_without_what_libraries_add(name, plain):
    assert normalize_name(name) == plain
