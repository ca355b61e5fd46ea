"""Test that a spec is the same after it is written as YAML and read again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from nncli.config.draft import build_document
from nncli.config.reader import read_file, read_text, read_value
from nncli.config.writer import to_plain, to_yaml
from nncli.workflows.check import check

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
TRICKY = ["on", "yes", "1e-3", "010", "0x10", "null", "~", "", "true", ".nan", "a: b", "# no", "- x", "'quoted'"]
TRICKY += ['"', "two\nlines", "é", "日本", " space ", "tab\t", "%", "@x", "*y", "&z", "!t", "{}", "[]", "1_000", "1:20"]
TRICKY += ["=", "<<", "2024-01-01", "\x07", "a" * 300 + " " + "b" * 300]


def spec_of(text, folder="/"):
    """Build the spec of a text."""
    document = read_text(text, "a.yaml", folder)
    found = build_document(document)
    assert not found.problems, str(document.error(found.problems))
    return found.spec


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_round_trips(path):
    spec = build_document(read_file(str(path))).spec
    again = spec_of(to_yaml(to_plain(spec)))
    assert again == spec
    assert to_yaml(to_plain(again)) == to_yaml(to_plain(spec))


def test_configs_are_shipped():
    assert {path.stem for path in CONFIGS} >= {"digits", "mnist_2_5", "diabetes", "california_housing"}


@pytest.mark.parametrize("name", TRICKY)
def test_texts_round_trip(name):
    assert read_value(to_yaml({"name": name})) == {"name": name}


@pytest.mark.parametrize("name", ["on", "1e-3", "010", "null", "2024-01-01"])
def test_texts_that_look_like_other_types_are_quoted(name):
    spec = build_document(read_file(str(CONFIGS[0]))).spec
    spec = dataclasses.replace(spec, name=name)
    assert spec_of(to_yaml(to_plain(spec))).name == name


@pytest.mark.parametrize("value", [1e-3, 1e-8, 1e22, 0.1, 1 / 3, 5e-324, 16.0, -0.0, 1e16])
def test_numbers_keep_all_bits_and_their_type(value):
    (again,) = read_value(to_yaml({"x": value})).values()
    assert (again.hex(), type(again)) == (value.hex(), float)


def test_yaml_1_1_readers_read_the_same_values():
    spec = build_document(read_file(str(CONFIGS[0]))).spec
    values = to_plain(dataclasses.replace(spec, name="on"))
    assert yaml.safe_load(to_yaml(values)) == values


def test_the_resolved_config_contains_the_defaults(tmp_path):
    (tmp_path / "shapes.yaml").write_text(
        "data: {train: {dataset: digits}}\n"
        "model: [{type: dense, units: 4}, {type: dropout}, relu, {type: dense, units: 4}, tanh, "
        "{type: dense, units: 10}, softmax]\n"
        "loss: cross_entropy\noptimizer: adam\ntraining: {early_stopping: {patience: 3}}\n"
    )
    values = read_value(check(str(tmp_path / "shapes.yaml")).resolved)
    initializers = [layer.get("initializer") for layer in values["model"]]
    assert initializers == [{"type": "he"}, None, None, {"type": "xavier"}, None, {"type": "xavier"}, None]
    assert values["name"] == "shapes"
    assert values["training"]["checkpoint"]["monitor"] == "train_loss"
    assert values["training"]["early_stopping"]["monitor"] == "train_loss"


def test_the_resolved_config_resolves_to_itself(tmp_path):
    config = tmp_path / "digits.yaml"
    config.write_text(next(path for path in CONFIGS if path.stem == "digits").read_text())
    resolved = check(str(config), ["seed=3", "training.epochs=2"]).resolved
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "again.yaml").write_text(resolved)
    assert check(str(tmp_path / "elsewhere" / "again.yaml")).resolved == resolved
