"""The JSON Schema agrees with `nncli check`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nncli.config.json_schema import build_schema
from nncli.config.reader import read_text
from nncli.core.errors import ConfigError
from nncli.core.fields import field_types, required_fields
from nncli.core.registry import REGISTRIES
from nncli.workflows.check import check
from tests.workflows import tiny

CONFIGS = Path(__file__).parents[2] / "configs"
GOOD = """\
data: {train: {dataset: digits, classes: [2, "5"]}, validation: {fraction: 0.1}, test: {dataset: digits}}
model:
  - {type: conv2d, filters: 2, kernel_size: [3, 2], padding: [1, 0], initializer: {type: normal, std: 0.1}}
  - {type: max_pool2d, pool_size: 2}
  - {type: sequential, layers: [relu, {type: fc, units: "${training.batch_size}", initializer: glorot}]}
  - {type: dense, units: 1}
  - sigmoid
loss: {type: bce, from_logits: false}
optimizer: {type: gd, learning_rate: {type: cosine, initial: 1, epochs: 3}, momentum: 0.9, nesterov: true}
metrics: [accuracy]
training: {batch_size: 16, early_stopping: {patience: 3}, checkpoint: {keep: 2}, clip_norm: 1, threads: null}
"""
BAD = {
    "units: 1}": ["units: 0}", "units: '1'}", "units: true}", "units: 1.5}", "unit: 1}", "units: 1, x: 2}"],
    "kernel_size: [3, 2]": ["kernel_size: [3]", "kernel_size: [3, 2, 1]", "kernel_size: 0", "kernel_size: same"],
    "padding: [1, 0]": ["padding: some", "padding: -1", "padding: [1, -1]"],
    "- sigmoid": ["- sigmod", "- dense", "- 5", "- [sigmoid]", "- {typ: sigmoid}", "- {}"],
    "type: normal, std: 0.1": ["type: normal, std: 0", "type: norml", "type: he, std: 1"],
    "loss: {type: bce, from_logits: false}": [
        "loss: bse",
        "loss: [bce]",
        "loss: {type: bce, from_logits: 0}",
        "los: bce",
    ],
    "metrics: [accuracy]": ["metrics: accuracy", "metrics: [acuracy]", "metrics: {accuracy: 1}"],
    "momentum: 0.9": ["momentum: 1", "momentum: -0.1", "momentum: high", "momentun: 0.9"],
    "{type: cosine, initial: 1, epochs: 3}": [
        "0",
        "'0.1'",
        "cosine",
        "{type: cosin, initial: 1}",
        "{type: cosine}",
        "{initial: 1}",
        "{type: cosine, initial: 0}",
        "{type: cosine, initial: 1, epochs: 0}",
        "{type: cosine, initial: 1, factor: 0.5}",
    ],
    "{fraction: 0.1}": ["{fraction: 1}", "{fraction: 0}", "{fracton: 0.1}", "0.1", "{fraction: 0.1, stratify: 1}"],
    "{dataset: digits}": ["{datset: digits}", "digits", "{dataset: 3}", "[digits]"],
    "keep: 2": ["keep: 0", "keeps: 2"],
    "clip_norm: 1": ["clip_norm: 0", "clip_norm: none"],
    "training:": ["trainig:"],
    "data:": ["dota:"],
    "model:": ["model: 3\nmodels:"],
}


@pytest.fixture(scope="module")
def validator():
    found = build_schema()
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def values(text):
    """Parse a config text into plain values."""
    return read_text(text, "a.yaml", "/").value


def test_shipped_configs_pass(validator):
    files = sorted(CONFIGS.glob("*.yaml"))
    assert len(files) >= 5
    for file in files:
        assert validator.is_valid(values(file.read_text())), file
        assert file.read_text().splitlines()[0] == "# yaml-language-server: $schema=nncli.schema.json"


def test_the_shipped_schema_is_up_to_date():
    made = subprocess.run([sys.executable, "-m", "nncli", "schema"], capture_output=True, text=True, check=True).stdout
    assert (CONFIGS / "nncli.schema.json").read_text() == made, "update it: nncli schema > configs/nncli.schema.json"


def test_a_config_with_many_features_passes_schema_and_check(validator, tmp_path):
    assert list(validator.iter_errors(values(GOOD))) == []
    (tmp_path / "a.yaml").write_text(GOOD)
    assert check(tmp_path / "a.yaml").parameters > 0


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, news in BAD.items() for new in news])
def test_invalid_configs_fail_schema_and_check(validator, tmp_path, old, new):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    assert not validator.is_valid(values(text))
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ConfigError):
        check(tmp_path / "a.yaml")


@pytest.mark.parametrize("make", [tiny.classifier, tiny.regression, tiny.convolutional])
def test_resolved_configs_pass(validator, tmp_path, make):
    assert validator.is_valid(make())
    assert validator.is_valid(values(check(tiny.write(tmp_path, make())).resolved))


def test_every_field_of_every_class_is_in_the_schema(validator):
    definitions = validator.schema["$defs"]
    for registry in REGISTRIES:
        for cls in registry:
            if not cls.listed or not cls.__module__.startswith("nncli."):
                continue
            found = definitions[f"{registry.kind}.{cls.type_name}"]
            assert set(found["properties"]) == {"type", *field_types(cls)}
            assert set(required_fields(cls)) <= set(found.get("required", ()))
            for name in field_types(cls):
                described = found["properties"][name]
                assert described["description"]
                assert "default" in described or name in found["required"]


def test_a_test_source_may_omit_keys_that_it_inherits_from_train(validator):
    text = GOOD.replace("test: {dataset: digits}", "test: {classes: [2, 5]}")
    assert validator.is_valid(values(text))
    assert not validator.is_valid(values(GOOD.replace("train: {dataset: digits, classes", "train: {classes")))
