"""Test `nncli list`: all kinds, one kind, and one name."""

from __future__ import annotations

import pytest

from nncli.core.annotations import is_fields_class, union_members
from nncli.core.fields import field_types
from nncli.core.registry import REGISTRIES, SOURCES
from nncli.workflows import listing

BUILT_IN = [
    (registry, cls) for registry in REGISTRIES for cls in registry if cls.__module__.startswith("nncli.") and cls.listed
]


def test_all_kinds_are_listed(nncli):
    found = nncli("list")
    assert (found.code, found.err) == (0, "")
    names = found.out.replace(",", " ").split()
    for name in ("layers", "dense", "activations", "relu", "initializers", "he", "losses", "metrics", "optimizers"):
        assert name in names
    for name in ("sources", "table", "datasets", "digits", "mnist_2_5", "diabetes", "scalers", "settings", "training"):
        assert name in names


def test_a_kind_is_shown_as_a_table_of_keys_and_summaries(nncli):
    lines = nncli("list", "layers").out.splitlines()
    assert lines[0].split() == ["name", "keys", "description"]
    (dense,) = [line for line in lines if line.startswith(" dense")]
    assert dense.split()[:5] == ["dense,", "fc", "units,", "bias,", "initializer"]
    assert not any(line.lstrip().startswith(("relu", "tanh")) for line in lines)
    assert all(len(line) <= 100 for line in lines)
    assert nncli("list", "layer").out == nncli("list", "layers").out


@pytest.mark.parametrize(
    ("registry", "cls"), BUILT_IN, ids=[f"{cls.__name__}-{registry.kind}" for registry, cls in BUILT_IN]
)
def test_every_registered_class_has_a_page_with_all_its_keys(nncli, registry, cls):
    (entry,) = listing.find_entries(cls.type_name, registry.kind)
    page = nncli("list", entry.kind, cls.type_name).out
    assert page.splitlines()[0].startswith(cls.type_name)
    for key in field_types(cls):
        row = [line.split() for line in page.splitlines() if line.startswith(f" {key} ")]
        assert row, f"{key} has no row"
    for item in entry.fields:
        assert item.text, f"{cls.__name__}: {item.name} is not explained under Args"
    assert entry.summary


def test_a_page_shows_formula_defaults_shapes_and_an_example(nncli):
    page = nncli("list", "layers", "dense").out
    for words in (
        "dense (also fc): layer",
        "y = x @ W + b",
        "a whole number of at least 1   (required)",
        "true or false                  true",
        "Shape: (*) -> (units,)",
        "In a config: {type: dense, units: ...}",
    ):
        assert words in page
    assert "Reference: Kingma and Ba" in nncli("list", "optimizers", "adam").out
    assert nncli("list", "fc").out == page
    both = nncli("list", "linear").out
    pages = [nncli("list", kind, "linear").out for kind in ("activations", "schedules")]
    assert both == "\n\n".join(pages)
    assert nncli("list", "layers", "linear").out == pages[0]
    assert pages[0].startswith("linear: activation")
    assert pages[1].startswith("linear (also linear_decay): schedule")
    assert nncli("list", "layers", "relu").out == nncli("list", "activations", "relu").out
    assert "In a config: relu" in nncli("list", "activations", "relu").out


def test_a_dataset_has_its_own_page(nncli):
    assert "handwritten digits 2 and 5 from MNIST" in nncli("list", "datasets").out.replace("\n", " ")
    page = nncli("list", "datasets", "digits").out
    assert page.startswith("# digits\n")
    assert "CC BY 4.0" in page


def test_a_section_of_a_config_has_a_page(nncli):
    page = nncli("list", "settings", "training").out
    for key in ("epochs", "batch_size", "clip_norm", "early_stopping", "on_nonfinite", "threads"):
        assert f"\n {key} " in page


@pytest.mark.parametrize("name", listing.SETTINGS)
def test_every_section_and_nested_section_has_a_page(nncli, name):
    page, (entry,) = nncli("list", "settings", name).out, listing.find_entries(name, "settings")
    assert page.startswith(f"{name}: section")
    for item in entry.fields:
        assert f"\n {item.name} " in page
        assert item.text, f"{item.name} is not explained under Args"
    inside = [option for kind in field_types(listing.SETTINGS[name]).values() for option in union_members(kind)]
    assert {option for option in inside if is_fields_class(option)} <= set(listing.SETTINGS.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["layerz"], "unknown kind or name 'layerz'; did you mean 'layers'? Known: layers, activations, "),
        (["denze"], "unknown kind or name 'denze'; did you mean 'dense'? Known: layers, "),
        (["layers", "dens"], "unknown layer 'dens'; did you mean 'dense'? Known: avg_pool1d, "),
        (["losses", "mze"], "unknown loss 'mze'; did you mean 'mse'? Known: binary_cross_entropy, "),
        (["los", "mse"], "unknown kind 'los'; did you mean 'losses'? Known: layers"),
    ],
)
def test_unknown_names_are_rejected(nncli, arguments, message):
    found = nncli("list", *arguments)
    assert found.code == 2
    assert found.err.startswith(message)
    assert found.out == ""


def test_every_source_that_a_config_can_name_is_listed():
    assert {entry.name for entry in listing.entries_of_kind("sources")} == {
        cls.type_name for cls in SOURCES if cls.listed
    }
