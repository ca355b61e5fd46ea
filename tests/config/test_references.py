"""Test references, ${section.key}, to other values of a config."""

from __future__ import annotations

import time

import pytest

from nncli.config.overrides import apply_overrides
from nncli.config.reader import read_text
from nncli.config.references import resolve_references
from nncli.config.writer import to_yaml
from nncli.core.errors import ConfigError, UserError
from nncli.workflows.check import check


def resolve(text, *settings, max_values=1000):
    """Return the values of a config after resolving references, and the problems."""
    document = read_text(text, "a.yaml", "/")
    apply_overrides(document, list(settings))
    resolve_references(document, max_values)
    return document.value, [str(problem) for problem in document.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 3\nb: ${a}\n", 3),
        ("a: 1e-3\nb: ${a}\n", 0.001),
        ("a: true\nb: '${a}'\n", True),
        ("a: null\nb: ${a}\n", None),
        ("a: {c: [4, 5]}\nb: ${a.c.1}\n", 5),
        ("a: {c: [4, 5]}\nb: ${a}\n", {"c": [4, 5]}),
        ("b: ${c}\nc: ${d}\nd: 7\n", 7),
        ("b: ${ a }\na: 2\n", 2),
        ("a: 3\nc: x\nb: run-${a}-${c}\n", "run-3-x"),
        ("a: true\nb: is ${a}\n", "is true"),
        ("a: 3\nb: $${a}\n", "${a}"),
        ("a: 3\nb: '$${a}-${a}'\n", "${a}-3"),
        ("a: 3\nb: [1, '${a}']\n", [1, 3]),
        ("a: 3\nb: price $5 {a}\n", "price $5 {a}"),
    ],
)
def test_a_reference_is_replaced_by_its_value(text, value):
    values, problems = resolve(text)
    assert not problems
    assert values["b"] == value
    assert type(values["b"]) is type(value)


def test_settings_are_applied_before_references():
    assert resolve("a: 3\nb: ${a}\n", "a=4")[0]["b"] == 4
    assert resolve("a: 3\nb: 1\n", "b=${a}")[0]["b"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "seed: 1\nb: ${sed}\n",
            "a.yaml:2:4: b: unknown reference ${sed}: nothing in the config has that path; did you",
        ),
        ("b: ${a.0}\na: 3\n", "a.yaml:1:4: b: unknown reference ${a.0}: nothing in the config has that path"),
        ("b: ${a.2}\na: [1, 2]\n", "a.yaml:1:4: b: unknown reference ${a.2}: "),
        ("b: ${}\n", "a.yaml:1:4: b: ${} names no value; expected ${section.key}"),
        ("b: ${HOME}/x\n", "a.yaml:1:4: b: unknown reference ${HOME}"),
        ("b: ${b}\n", "a.yaml:1:4: b: ${b} leads back to itself: b -> b"),
        ("b: ${c}\nc: x${b}\n", "a.yaml:1:4: b: ${c} leads back to itself: b -> c -> b"),
        ("a: {c: '${a}'}\n", "a.yaml:1:8: a.c: ${a} leads back to itself: a.c -> a.c"),
        ("a: {c: '${b}'}\nb: {d: '${a}'}\n", "a.yaml:1:8: a.c: ${b} leads back to itself: a.c -> b.d -> a.c"),
        ("a: [1]\nb: x-${a}\n", "a.yaml:2:4: b: ${a} is [1], which cannot be part of a text"),
        ("b: ${a\n", "a.yaml:1:4: b: '${a': expected ${section.key}; the brace is not closed"),
    ],
)
def test_problems_are_reported_once_at_their_position(text, message):
    problems = resolve(text)[1]
    assert len(problems) == 1
    assert problems[0].startswith(message)


def test_a_problem_in_a_setting_is_reported_at_the_setting():
    assert resolve("a: 3\n", "b=${c}")[1] == ["--set: b: unknown reference ${c}: nothing in the config has that path"]


def test_the_number_of_values_is_limited():
    text = "a0: [1, 1]\n" + "".join(f"a{i}: ['${{a{i - 1}}}', '${{a{i - 1}}}']\n" for i in range(1, 40))
    with pytest.raises(ConfigError, match="too many values after resolving references"):
        resolve(text, max_values=100_000)


def test_the_length_of_texts_is_limited():
    text = "a0: xxxxxxxx\n" + "".join(f"a{i}: ${{a{i - 1}}}${{a{i - 1}}}\n" for i in range(1, 15))
    (problem,) = resolve(text, max_values=100_000)[1]
    assert "a text of more than 10000 characters" in problem


def test_the_length_of_chains_is_limited():
    text = "".join(f"a{i}: ${{a{i + 1}}}\n" for i in range(1000)) + "a1000: 1\n"
    assert "more than 100 references in a row" in resolve(text, max_values=10**7)[1][0]


def test_the_resolved_config_round_trips():
    values = {"a": "${b}", "c": "x $${d} ${"}
    assert resolve(to_yaml(values)) == (values, [])


CONFIG = """\
data:
  train: {dataset: digits}
model: [{type: dense, units: "${training.batch_size}"}, {type: dense, units: 10}, softmax]
loss: cross_entropy
optimizer: adam
training: {batch_size: 16}
"""


def test_a_referenced_value_is_validated_in_both_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(CONFIG)
    assert "units: 16" in check("a.yaml").resolved
    (tmp_path / "a.yaml").write_text(CONFIG.replace("batch_size: 16", "batch_size: many"))
    with pytest.raises(ConfigError) as caught:
        check("a.yaml")
    assert [line.split(": ")[:2] for line in str(caught.value).splitlines()[:-1]] == [
        ["a.yaml:3:30", "model.0.units"],
        ["a.yaml:6:24", "training.batch_size"],
    ]


def test_an_unknown_reference_is_reported_once_together_with_other_problems(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(CONFIG.replace("batch_size}", "batchsize}").replace("adam", "adm"))
    with pytest.raises(ConfigError) as caught:
        check("a.yaml")
    first, second, _ = str(caught.value).splitlines()
    assert first.startswith("a.yaml:3:30: model.0.units: unknown reference ${training.batchsize}")
    assert first.endswith("did you mean ${training.batch_size}?")
    assert second.startswith("a.yaml:5:12: optimizer: unknown optimizer 'adm'")


def test_references_inside_braces_need_quotes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(CONFIG.replace('"', ""))
    with pytest.raises(ConfigError, match='a reference needs quotes: "\\$'):
        check("a.yaml")


def test_chains_of_references_inside_deep_lists_are_reported(tmp_path):
    inside = "[" * 27 + "'${{a{}}}'" + "]" * 27
    text = "".join(f"a{i}: {inside.format(i + 1)}\n" for i in range(60)) + "a60: 1\n"
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"nested too deeply|references in a row|unknown key"):
        check(tmp_path / "a.yaml")


def test_many_unknown_references_are_reported_fast(tmp_path):
    (tmp_path / "a.yaml").write_text("".join(f"key_{i}: ${{kye_{i}}}\n" for i in range(4000)))
    begun = time.perf_counter()
    with pytest.raises(ConfigError) as caught:
        check(tmp_path / "a.yaml")
    assert time.perf_counter() - begun < 30  # quadratic time would take minutes
    lines = str(caught.value).splitlines()
    assert len(lines) == 202
    assert lines[-2].startswith("... and ")


@pytest.mark.parametrize("index", ["²", "9" * 5000])
def test_invalid_indices_are_reported(index):
    assert "unknown reference" in resolve(f"a: [1, 2]\nb: ${{a.{index}}}\n")[1][0]
    with pytest.raises(UserError, match="a is a list of 2; expected an index from 0 to 1"):
        resolve("a: [1, 2]\n", f"a.{index}=3")


def test_escaped_keys_round_trip():
    assert resolve(to_yaml({"a": {"${k": 1}}))[0] == {"a": {"${k": 1}}
