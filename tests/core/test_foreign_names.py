"""Test the advice for keys and names of other libraries."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import ClassVar

import pytest

from nncli.core.checked import Checked
from nncli.core.foreign_names import foreign_keys, foreign_names
from nncli.core.registry import REGISTRIES
from nncli.core.spelling import normalize_name
from nncli.nn.layers import Dense, Dropout
from nncli.optim import RMSprop

PACKAGES = ("nncli.config", "nncli.nn", "nncli.optim")


def classes_of(package: str) -> Iterator[type]:
    """Yield every subclass of Checked that a package defines."""
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, f"{package}."):
        if ".compiled" not in found.name:
            for _, cls in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
                if issubclass(cls, Checked) and cls.__module__ == found.name:
                    yield cls


def test_a_class_inherits_and_overrides_the_keys_of_its_bases():
    assert foreign_keys(Dense)["out_features"] == "it is units here"
    assert foreign_keys(Dense)["kernel_regularizer"] == foreign_keys(Dropout)["kernel_regularizer"]
    assert foreign_keys(RMSprop)["weight_decay"].endswith("use adamw, which has weight_decay")


def test_a_plugin_class_has_its_own_keys_and_the_keys_of_its_base():
    class Noise(Dropout):
        stray_keys: ClassVar = {"sigma": "it is rate here", "p": "write rate"}

    class Older(Dropout):
        stray_keys: ClassVar = {**Dropout.stray_keys, "sigma": "it is rate here"}

    assert {"sigma": "it is rate here", "p": "write rate", "input_dim": foreign_keys(Dropout)["input_dim"]}.items() <= (
        foreign_keys(Noise).items()
    )
    assert foreign_keys(Older) == {**foreign_keys(Dropout), "sigma": "it is rate here"}


def test_built_in_names_take_precedence_over_plugin_names():
    class Blur:
        known_elsewhere: ClassVar = {"GaussianBlur": "write blur", "Input": "never shown"}

    found = foreign_names("layer", ("nncli.nn.layers",), [Blur])
    assert found["GaussianBlur"] == "write blur"
    assert found["Input"] == "leave it out; the shape comes from the data"
    assert foreign_names("colour", (), []) == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_tables_refer_to_existing_classes_and_kinds(package):
    tables = importlib.import_module(f"{package}.foreign_names")
    classes = {cls.__name__: cls for cls in classes_of(package)}
    for name, keys in tables.FOREIGN_KEYS.items():
        fields = {field.name for field in dataclasses.fields(classes[name])}
        assert not fields & set(keys), f"{name} has these keys"
    assert set(getattr(tables, "FOREIGN_NAMES", {})) <= {registry.kind for registry in REGISTRIES}


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_foreign_names_are_not_registered_names(registry):
    ours = {normalize_name(name) for name in registry.all_names()} - {
        "linear"
    }  # an activation here, but a dense layer in torch.nn
    for name, advice in foreign_names(registry.kind, registry.packages, registry).items():
        assert registry.find(name) is None
        assert normalize_name(name) not in ours
        assert registry.unknown(name) == f"unknown {registry.kind} {name!r}: {advice}"
