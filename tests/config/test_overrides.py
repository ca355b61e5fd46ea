"""Test settings on the command line and in the environment, which override the file."""

from __future__ import annotations

import pytest

from nncli.config.draft import build_document
from nncli.config.overrides import apply_overrides
from nncli.config.reader import read_text
from nncli.core.errors import ConfigError, UserError
from nncli.workflows.check import check
from tests.workflows import tiny

CONFIG = """\
data:
  train: {path: rows.csv, targets: y}
model: [{type: dense, units: 3}, relu, {type: dense, units: 1}]
loss: mean_squared_error
optimizer: adam
metrics: []
"""


def build_spec(*settings, text=CONFIG):
    """Build the spec of the config with these settings."""
    document = read_text(text, "a.yaml", "/configs")
    apply_overrides(document, list(settings))
    found = build_document(document)
    if found.problems:
        raise document.error(list(found.problems))
    return found.spec


def error_of(*settings):
    """Return the error message for these settings."""
    with pytest.raises(UserError) as caught:
        build_spec(*settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("setting", "get", "value"),
    [
        ("seed=5", lambda spec: spec.seed, 5),
        ("training.epochs=5", lambda spec: spec.training.epochs, 5),
        ("training.early_stopping.patience=2", lambda spec: spec.training.early_stopping.patience, 2),
        ("training.checkpoint={every_steps: 7}", lambda spec: spec.training.checkpoint.every_steps, 7),
        ("training.shuffle=false", lambda spec: spec.training.shuffle, False),
        ("training.clip_norm=null", lambda spec: spec.training.clip_norm, None),
        ("training.clip_norm=", lambda spec: spec.training.clip_norm, None),
        ("model.0.units=16", lambda spec: spec.model[0].units, 16),
        ("model.1=tanh", lambda spec: spec.model[1].type_name, "tanh"),
        ("model=[{type: dense, units: 1}]", lambda spec: len(spec.model), 1),
        ("optimizer=sgd", lambda spec: spec.optimizer.type_name, "sgd"),
        ("optimizer.type=sgd", lambda spec: spec.optimizer.type_name, "sgd"),
        ("optimizer.learning_rate=1e-4", lambda spec: spec.optimizer.learning_rate, 1e-4),
        ("loss.type=mse", lambda spec: spec.loss.type_name, "mean_squared_error"),
        ("metrics=[rmse]", lambda spec: spec.metrics[0].type_name, "rmse"),
        ("data.validation.fraction=0.25", lambda spec: spec.data.validation.fraction, 0.25),
        ("data.scale_inputs=standard", lambda spec: spec.data.scale_inputs.type_name, "standard"),
        ("name=a=b", lambda spec: spec.name, "a=b"),
        ("name='010'", lambda spec: spec.name, "010"),
        ("seed=010", lambda spec: spec.seed, 10),
        ("seed = 4", lambda spec: spec.seed, 4),
    ],
)
def test_values_can_be_set_at_any_path(setting, get, value):
    assert get(build_spec(setting)) == value


def test_setting_a_key_of_an_optimizer_written_as_a_name_keeps_its_type():
    spec = build_spec("optimizer.learning_rate=0.5")
    assert (spec.optimizer.type_name, spec.optimizer.learning_rate) == ("adam", 0.5)


def test_settings_are_applied_in_order():
    assert build_spec("seed=1", "seed=2").seed == 2
    assert build_spec("optimizer=sgd", "optimizer.momentum=0.9").optimizer.momentum == 0.9


def test_the_config_is_checked_after_its_settings_are_applied():
    text = CONFIG.replace("units: 3", "units: wrong")
    assert build_spec("model.0.units=4", text=text).model[0].units == 4


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.epoch=5", "--set: training.epoch: unknown key 'epoch' for training; did you mean 'epochs'?"),
        ("training.epochs=many", "--set: training.epochs: expected a whole number of at least 1; got 'many'"),
        ("training.epochs=2.5", "--set: training.epochs: expected a whole number of at least 1; got 2.5"),
        ("model.0.filters=4", "--set: model.0.filters: unknown key 'filters' for dense"),
        ("optimizer.type=sdg", "--set: optimizer.type: unknown optimizer 'sdg'; did you mean 'sgd'?"),
        ("trainig.epochs=5", "--set: trainig: unknown key 'trainig' for the config; did you mean 'training'?"),
        ("model.1.rate=0.5", "--set: model.1.rate: unknown key 'rate' for relu"),
    ],
)
def test_messages_name_the_origin_of_a_value(setting, message):
    with pytest.raises(ConfigError) as caught:
        build_spec(setting)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(message)
    assert lines[-1] == "1 problem in a.yaml; nothing was run"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.epochs", "--set training.epochs: expected KEY=VALUE"),
        ("=5", "--set =5: expected KEY=VALUE"),
        ("model.3.units=4", "--set model.3.units=4: model is a list of 3; expected an index from 0 to 2"),
        ("model.-1.units=4", "--set model.-1.units=4: model is a list of 3; expected an index from 0 to 2"),
        ("model.units=4", "--set model.units=4: model is a list of 3; expected an index from 0 to 2"),
        ("model.0.units.more=4", "--set model.0.units.more=4: model.0.units is 3 and has no keys"),
        ("data.train={path: a", "--set data.train={path: a: "),
        ("name='a", "--set name='a: "),
        ("name=!!python/name:os.system ''", "--set name=!!python/name:os.system '': the tag "),
        ("data.train={path: a.csv, path: b.csv}", "--set data.train={path: a.csv, path: b.csv}: duplicate key 'path'"),
    ],
)
def test_messages_quote_the_whole_invalid_setting(setting, message):
    found_message = error_of(setting)
    assert found_message.startswith(message)
    assert "\n" not in found_message


def test_a_number_with_too_many_digits_is_rejected():
    assert "too many digits" in error_of("seed=" + "9" * 5000)


def test_an_index_into_an_empty_list_is_rejected():
    found_message = error_of("metrics.0=rmse")
    assert found_message.startswith("--set metrics.0=rmse: metrics is ")
    assert "-1" not in found_message


def test_paths_in_the_file_are_relative_to_the_file():
    assert build_spec().data.train.path == "/configs/rows.csv"
    assert build_spec("seed=3").data.train.path == "/configs/rows.csv"
    assert build_spec("data.train.targets=z").data.train.path == "/configs/rows.csv"


@pytest.mark.parametrize("setting", ["data.train.path=other.csv", "data.train={path: other.csv, targets: y}"])
def test_paths_on_the_command_line_are_relative_to_the_working_directory(setting, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert build_spec(setting).data.train.path == str(tmp_path / "other.csv")


def test_paths_that_are_not_set_stay_relative_to_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = build_spec("data.test.path=test.csv")
    assert spec.data.test.path == str(tmp_path / "test.csv")
    assert spec.data.train.path == "/configs/rows.csv"


def test_absolute_paths_and_the_home_folder_are_resolved(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert build_spec("data.train.path=/there/a.csv").data.train.path == "/there/a.csv"
    assert build_spec("data.train.path=~/a.csv").data.train.path == "/home/somebody/a.csv"


def test_settings_in_the_environment_are_applied(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tiny.write(tmp_path, tiny.classifier())
    monkeypatch.setenv("NNCLI_SET", "seed=7 'name=a b' training.epochs=2")
    found = check(config, ["training.epochs=4"])
    assert "seed: 7" in found.resolved
    assert "name: a b" in found.resolved
    assert "epochs: 4" in found.resolved  # the command line takes precedence
    assert found.notes == ("NNCLI_SET sets seed=7, name=a b",)


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("seed='7", "NNCLI_SET: no closing quotation; expected KEY=VALUE words, quoted as for a shell"),
        ("seed", "NNCLI_SET seed: expected KEY=VALUE, such as training.epochs=5"),
        ("seed=-1", "NNCLI_SET: seed: expected a whole number of at least 0; got -1"),
        ("model.9.units=3", "NNCLI_SET model.9.units=3: model is a list of 4; expected an index from 0 to 3"),
        ("sed=1", "NNCLI_SET: sed: unknown key 'sed' for the config; did you mean 'seed'?"),
    ],
)
def test_invalid_settings_in_the_environment_name_the_variable(tmp_path, monkeypatch, variable, message):
    monkeypatch.setenv("NNCLI_SET", variable)
    with pytest.raises(UserError) as caught:
        check(tiny.write(tmp_path, tiny.classifier()))
    assert str(caught.value).startswith(message)


def test_paths_in_the_environment_are_relative_to_the_working_directory(tmp_path, monkeypatch):
    config = tiny.write(tmp_path, tiny.classifier())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("NNCLI_SET", "data.train.path=../sides.csv")
    assert f"path: {tmp_path / 'sides.csv'}" in check(config).resolved
