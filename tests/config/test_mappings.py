"""Test keys whose values are mappings, from the text of a config to its resolved form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from annotated_types import Gt, MinLen
from jsonschema import Draft202012Validator

from nncli.config.json_schema import _Definitions
from nncli.config.overrides import apply_overrides
from nncli.config.reader import read_text, read_value
from nncli.config.references import resolve_references
from nncli.config.writer import to_yaml
from nncli.core.builder import Builder
from nncli.core.checked import Checked, Registered
from nncli.core.errors import ConfigError
from nncli.core.fields import dump
from nncli.core.registry import SCALERS

TEXT = """\
weights:
  2: 1
  "5": 3.0
scalers: {age: standard, income: {type: divide, by: 2}}
"""


@dataclass(frozen=True)
class Part(Checked):
    """A class whose fields are mappings."""

    weights: Literal["balanced"] | dict[str, Annotated[float, Gt(0)]] | None = None
    scalers: dict[str, Annotated[Registered, SCALERS]] = field(default_factory=dict)
    some: Annotated[dict[str, int], MinLen(1)] = field(default_factory=lambda: {"all": 1})


def build_config(text, *settings):
    """Read a config text, apply settings to it, and build it."""
    document = read_text(text, "a.yaml", "/")
    apply_overrides(document, list(settings))
    resolve_references(document, 1000)
    builder = Builder()
    made = builder.make(Part, document.value, ())
    if builder.problems or document.problems:
        raise document.error([*document.problems, *builder.problems])
    return made


def problems_of(text, *settings):
    """Return the problems of a text, one line each."""
    with pytest.raises(ConfigError) as caught:
        build_config(text, *settings)
    return [str(problem) for problem in caught.value.problems]


def test_numeric_keys_are_text():
    made = build_config(TEXT)
    assert made.weights == {"2": 1.0, "5": 3.0}
    assert [scaler.type_name for scaler in made.scalers.values()] == ["standard", "divide"]


def test_every_problem_has_a_position():
    text = TEXT.replace("2: 1", "2: -1").replace("3.0", "much").replace("by: 2", "by: 0")
    assert problems_of(text) == [
        "a.yaml:2:6: weights.2: expected a number above 0; got -1",
        "a.yaml:3:8: weights.5: expected a number above 0; got 'much'",
        "a.yaml:4:53: scalers.income.by: expected a number above 0; got 0",
    ]


def test_an_entry_can_be_set_on_the_command_line():
    made = build_config(TEXT, "weights.2=7", "weights.9=4", "scalers.income.by=8", "scalers.new=minmax")
    assert made.weights == {"2": 7.0, "5": 3.0, "9": 4.0}
    assert made.scalers["income"].by == 8
    assert made.scalers["new"].type_name == "minmax"
    assert build_config("some: {a: 1}", "weights.2=3").weights == {"2": 3.0}
    assert problems_of(TEXT, "weights.2=-7") == ["--set: weights.2: expected a number above 0; got -7"]


def test_an_entry_cannot_be_set_if_the_value_is_a_name():
    (message,) = problems_of("weights: balanced", "weights.2=7")
    assert message == (
        "a.yaml:1:10: weights: expected balanced or a mapping of names to numbers above 0 or null; "
        "got balanced with other keys beside it"
    )


def test_an_entry_can_reference_another_entry():
    assert build_config(TEXT.replace("3.0", "${weights.2}")).weights == {"2": 1.0, "5": 1.0}


@pytest.mark.parametrize("key", ["2", "on", "null", "<<", "a: b", "city=Paris", "${x}", "", "1e3", "é", "- x"])
def test_the_resolved_config_round_trips(key):
    made = Part(weights={key: 0.1})
    written = to_yaml(dump(made))
    assert build_config(written) == made
    assert to_yaml(dump(build_config(written))) == written


def test_the_schema_agrees_with_the_builder():
    definitions = _Definitions()
    whole = {
        **definitions.fields(Part),
        "$defs": {"reference": {"type": "string", "pattern": r"^\$"}, **definitions.built},
    }
    Draft202012Validator.check_schema(whole)
    validator = Draft202012Validator(whole)
    for good in (TEXT, "weights: balanced", "weights: null", "weights: {}", "weights: {2: '${x}'}", "some: {a: 1}"):
        assert validator.is_valid(read_value(good)), good
    for bad in ("weights: {2: 0}", "weights: {2: x}", "weights: 3", "scalers: {a: standart}", "some: {}", "some: [1]"):
        assert not validator.is_valid(read_value(bad)), bad
