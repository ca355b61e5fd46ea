"""Test suggestions for misspelt names."""

from __future__ import annotations

import pytest

from nncli.core.spelling import nearest, normalize_name, suggestion

KNOWN = ["units", "bias", "initializer"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("unts", "units"), ("Units", "units"), ("UNITS", "units"), ("initialiser", "initializer"), ("colour", None)],
)
def test_nearest_finds_a_similar_name(name, expected):
    assert nearest(name, KNOWN) == expected


def test_suggestions_keep_their_case():
    assert nearest("adma", ["Adam", "SGD"]) == "Adam"


def test_a_suggestion_lists_the_known_names():
    assert suggestion("unts", KNOWN) == "; did you mean 'units'? Known: units, bias, initializer"


def test_without_a_similar_name_only_the_known_names_are_listed():
    assert suggestion("colour", KNOWN) == ". Known: units, bias, initializer"


def test_without_known_names_nothing_is_suggested():
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
def test_names_are_normalized(name, plain):
    assert normalize_name(name) == plain
