"""All registered classes reject invalid values of their fields."""

from __future__ import annotations

import dataclasses

import pytest

from nncli.core.errors import ConfigError
from nncli.core.fields import field_types, required_fields
from nncli.core.registry import INITIALIZERS, LAYERS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES, SOURCES
from tests.contracts.table import ROWS, name_of
from tests.contracts.values import ALL, FIRST, made, registry_of

WRONG = [object(), "no such thing", float("nan"), float("-inf"), -1.5, ["no such thing"], {"no": "such thing"}]
FIELDS = [
    (case, field.name)
    for case in FIRST
    if registry_of(case) is not SOURCES  # most of their fields accept any text; each source has its own tests
    for field in dataclasses.fields(registry_of(case).find(case.config["type"]))
]
NAMES = [f"{registry_of(case).kind}.{case.config['type']}.{field}" for case, field in FIELDS]


def for_all_fields(test):
    """Run a test for every field of every registered class."""
    return pytest.mark.parametrize(("case", "field"), FIELDS, ids=NAMES)(test)


def wrong_values(case, field):
    """Return the values in WRONG that the field rejects; a float accepts -1.5, and a monitor accepts any text."""
    any_number = field_types(registry_of(case).find(case.config["type"]))[field] is float
    any_text = field == "monitor"
    return [
        wrong for wrong in WRONG if not (any_number and wrong == -1.5) and not (any_text and isinstance(wrong, str))
    ]


@for_all_fields
def test_an_invalid_value_is_rejected_and_its_field_is_named(case, field):
    for wrong in wrong_values(case, field):
        with pytest.raises(ConfigError) as caught:
            made({**case.config, field: wrong}, registry_of(case))
        assert all(problem.path[1] == field for problem in caught.value.problems), wrong


@for_all_fields
def test_the_constructor_rejects_an_invalid_value(case, field):
    name = case.config["type"]
    values = {key: value for key, value in case.config.items() if key != "type"}
    for wrong in wrong_values(case, field):
        with pytest.raises(ConfigError) as caught:
            registry_of(case).find(name)(**{**values, field: wrong})
        assert {problem.path[:2] for problem in caught.value.problems} == {(name, field)}, wrong


@pytest.mark.parametrize("case", FIRST, ids=name_of)
def test_an_unknown_key_is_rejected_and_named(case):
    with pytest.raises(ConfigError, match="unknown key 'colour' for " + case.config["type"]):
        made({**case.config, "colour": 3}, registry_of(case))


@pytest.mark.parametrize("case", FIRST, ids=name_of)
def test_a_missing_key_is_named_with_its_expected_value(case):
    for field in required_fields(registry_of(case).find(case.config["type"])):
        values = {key: value for key, value in case.config.items() if key != field}
        with pytest.raises(ConfigError, match=f"{case.config['type']} needs the key '{field}': "):
            made(values, registry_of(case))


@pytest.mark.parametrize("case", ALL, ids=name_of)
def test_built_objects_are_frozen(case):
    built = made(case)
    for field in dataclasses.fields(built):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(built, field.name, 1)
    assert hash(built) == hash(made(case))


@pytest.mark.parametrize(
    ("registry", "wrong"),
    [
        (LAYERS, INITIALIZERS),
        (LOSSES, METRICS),
        (METRICS, LOSSES),
        (OPTIMIZERS, LAYERS),
        (INITIALIZERS, OPTIMIZERS),
        (SCHEDULES, METRICS),
    ],
    ids=lambda registry: registry.kind,
)
def test_a_name_from_another_registry_is_unknown(registry, wrong):
    rows = {kind.kind: table for kind, table in ROWS}
    name = next(iter(rows[wrong.kind]))
    with pytest.raises(ConfigError, match=f"unknown {registry.kind} '{name}'.*Known: "):
        made({"type": name}, registry)
