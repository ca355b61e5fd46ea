"""Test messages about invalid configs: each tells the position, what was expected and what was found."""

from __future__ import annotations

from textwrap import dedent

import pytest

from nncli.core.errors import ConfigError
from nncli.core.registry import INITIALIZERS
from nncli.workflows.check import check

GOOD = """\
data:
  train: {dataset: digits}
model:
  - {type: dense, units: 10}
  - softmax
loss: cross_entropy
optimizer: adam
"""


@pytest.fixture
def check_lines(tmp_path, monkeypatch):
    """Return a function that checks a text as digits.yaml and returns the lines of the error message."""
    monkeypatch.chdir(tmp_path)

    def lines_of(text, *settings):
        (tmp_path / "digits.yaml").write_text(dedent(text))
        with pytest.raises(ConfigError) as caught:
            check("digits.yaml", settings)
        return str(caught.value).splitlines()

    return lines_of


def test_the_readme_example_has_these_messages(check_lines):
    lines = check_lines(
        """\
        name: digits
        seed: 0

        data:
          train: {dataset: digits}
          # pixels run from 0 to 16
          scale_inputs: {type: divide, by: 16}
        loss: cross_entropy
        optimizer: adam

        model:
          - {type: dense, units: 32}
          - relu
          - {type:  dense, unts: 64}
          - {type: dense, units: 64}
          - {type: conv2d, filters: 8, kernel_size: 3}
          - {type: dense, units: 10}
          - softmax
        """
    )
    assert lines == [
        "digits.yaml:14:20: model.2.unts: unknown key 'unts' for dense; did you mean 'units'? "
        "Known: units, bias, initializer",
        "digits.yaml:16:5: model.4: conv2d wants (height, width, channels), but model.3 dense gives (64,)",
        "    put {type: reshape, shape: [8, 8, 1]} before conv2d",
        "2 problems in digits.yaml; nothing was run",
    ]


def test_a_single_problem_is_counted_in_the_singular(check_lines):
    assert check_lines(GOOD + "sed: 3\n") == [
        "digits.yaml:8:1: sed: unknown key 'sed' for the config; did you mean 'seed'? "
        "Known: name, seed, dtype, data, model, loss, optimizer, metrics, training",
        "1 problem in digits.yaml; nothing was run",
    ]


def test_all_problems_are_reported_sorted_by_line(check_lines):
    lines = check_lines(
        """\
        training: {epochs: 0, batchsize: 32}
        dtype: float16
        optimizer: {type: adam, learning_rate: -1}
        loss: cross_entrpy
        data:
          train: {dataset: digitz}
        model:
          - {type: dense, units: 10.5}
          - {type: dens, units: 10}
          - sofmax
        metrics: [acuracy]
        """
    )
    places = [line.split(": ")[0] for line in lines[:-1]]
    assert places == [
        "digits.yaml:1:20",
        "digits.yaml:1:23",
        "digits.yaml:2:8",
        "digits.yaml:3:40",
        "digits.yaml:4:7",
        "digits.yaml:6:20",
        "digits.yaml:8:26",
        "digits.yaml:9:12",
        "digits.yaml:10:5",
        "digits.yaml:11:11",
    ]
    assert lines[-1] == "10 problems in digits.yaml; nothing was run"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "units: 10}",
            "units: ten}",
            "digits.yaml:4:26: model.0.units: expected a whole number of at least 1; got 'ten'",
        ),
        ("units: 10}", "units: 0}", "digits.yaml:4:26: model.0.units: expected a whole number of at least 1; got 0"),
        (
            "units: 10}",
            "units: 1e1}",
            "digits.yaml:4:26: model.0.units: expected a whole number of at least 1; got 10.0",
        ),
        (
            "units: 10}",
            "units: true}",
            "digits.yaml:4:26: model.0.units: expected a whole number of at least 1; got true",
        ),
        (
            "units: 10}",
            "units: '10'}",
            "digits.yaml:4:26: model.0.units: expected a whole number of at least 1; got '10'",
        ),
        (
            "units: 10}",
            "units: }",
            "digits.yaml:4:25: model.0.units: expected a whole number of at least 1; got nothing",
        ),
        ("units: 10}", "unit: 10}", "digits.yaml:4:19: model.0.unit: unknown key 'unit' for dense; did you mean 'unit"),
        (", units: 10}", "}", "digits.yaml:4:5: model.0: dense needs the key 'units': a whole number of at least 1"),
        ("type: dense", "type: dence", "digits.yaml:4:12: model.0.type: unknown layer 'dence'; did you mean 'dense'?"),
        ("type: dense, ", "", "digits.yaml:4:5: model.0: this layer needs the key 'type'"),
        ("- softmax", "- softmx", "digits.yaml:5:5: model.1: unknown layer 'softmx'; did you mean 'softmax'? Known: "),
        ("- softmax", "- 5", "digits.yaml:5:5: model.1: expected a name, or a mapping {type: ..., ...}"),
        ("loss: cross_entropy", "loss: crossentropy", "digits.yaml:6:7: loss: unknown loss 'crossentropy'; did you "),
        (
            "optimizer: adam",
            "optimizer: adm",
            "digits.yaml:7:12: optimizer: unknown optimizer 'adm'; did you mean 'ada",
        ),
        ("optimizer: adam", "optimizer: [adam]", "digits.yaml:7:12: optimizer: expected a name, or a mapping"),
        (
            "dataset: digits",
            "dataset: digit",
            "digits.yaml:2:20: data.train.dataset: unknown dataset 'digit'; did you ",
        ),
        (
            "dataset: digits",
            "dateset: digits",
            "digits.yaml:2:11: data.train.dateset: unknown key 'dateset' for a source; did you mean 'dataset'?",
        ),
        ("optimizer: adam\n", "", "digits.yaml:1:1: the config needs the key 'optimizer': an optimizer"),
        ("model:", "modl:", "digits.yaml:3:1: modl: unknown key 'modl' for the config; did you mean 'model'?"),
        (
            "optimizer: adam",
            "optimizer: adam\nseed: -1",
            "digits.yaml:8:7: seed: expected a whole number of at least 0",
        ),
        (
            "optimizer: adam",
            "optimizer: adam\ndtype: float46",
            "digits.yaml:8:8: dtype: expected one of float32, float",
        ),
        (
            "optimizer: adam",
            "optimizer: adam\ntraining: 5",
            "digits.yaml:8:11: training: expected a mapping with the ke",
        ),
        (
            "optimizer: adam",
            "optimizer: adam\nmetrics: accuracy",
            "digits.yaml:8:10: metrics: expected a list of metric",
        ),
        (
            "optimizer: adam",
            "optimizer: {type: adam, beta1: 1}",
            "digits.yaml:7:32: optimizer.beta1: expected a number",
        ),
        (
            "optimizer: adam",
            "optimizer: {type: adam, beta3: 1}",
            "digits.yaml:7:25: optimizer.beta3: unknown key 'beta3'",
        ),
        (
            "optimizer: adam",
            "optimizer: {type: sgd, nesterov: true}",
            "digits.yaml:7:34: optimizer.nesterov: nesterov w",
        ),
        (
            "units: 10}",
            "units: 10, initializer: hee}",
            "digits.yaml:4:43: model.0.initializer: unknown initializer 'he",
        ),
    ],
)
def test_problems_have_the_expected_position_and_message(check_lines, old, new, message):
    assert old in GOOD
    lines = check_lines(GOOD.replace(old, new, 1))
    assert lines[0][: len(message)] == message
    assert lines[-1] == "1 problem in digits.yaml; nothing was run"


def test_the_message_for_an_unknown_initializer_lists_the_known_ones(check_lines):
    (line, _) = check_lines(GOOD.replace("units: 10", "units: 10, initializer: uniform"))
    assert line.endswith("Known: " + ", ".join(INITIALIZERS.names()))


def test_non_finite_values_are_rejected(check_lines):
    for value in (".inf", ".nan"):
        (line, _) = check_lines(GOOD.replace("adam", f"{{type: adam, learning_rate: {value}}}"))
        assert line.startswith("digits.yaml:7:40: optimizer.learning_rate: expected a finite number above 0; got ")


def test_a_duplicate_key_is_reported_with_other_problems(check_lines):
    lines = check_lines("seed: 1\n" + GOOD.replace("softmax", "softmx") + "seed: 2\n")
    assert [line.split(": ")[0] for line in lines[:-1]] == ["digits.yaml:6:5", "digits.yaml:9:1"]
    assert lines[-1].startswith("2 problems in ")


def test_a_tab_in_the_indentation_is_reported(check_lines):
    assert check_lines("data:\n\ttrain: {dataset: digits}\n") == [
        "digits.yaml:2:1: a tab character; use spaces",
        "1 problem in digits.yaml; nothing was run",
    ]


def test_a_config_must_be_a_mapping(check_lines):
    assert check_lines("- data\n- model\n")[0].startswith(
        "digits.yaml:1:1: expected a mapping with data, model, loss and optimizer; got ["
    )


def test_a_model_must_have_a_layer(check_lines):
    (line, _) = check_lines(GOOD.replace("\n  - {type: dense, units: 10}\n  - softmax", " []"))
    assert line == "digits.yaml:3:8: model: expected at least one layer"


def test_a_duplicate_metric_is_reported(check_lines):
    (line, _) = check_lines(GOOD + "metrics: [accuracy, accuracy]\n")
    assert line == "digits.yaml:8:21: metrics.1: the metric 'accuracy' is listed twice; drop one"


def test_aliases_of_a_loss_and_a_layer_are_read(tmp_path):
    text = GOOD.replace("cross_entropy", "sparse_categorical_crossentropy")
    (tmp_path / "digits.yaml").write_text(text.replace("dense", "fc"))
    resolved = check(str(tmp_path / "digits.yaml")).resolved
    assert "loss: {type: cross_entropy" in resolved
    assert "type: dense" in resolved
