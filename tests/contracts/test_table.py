"""Every registered class is in the contract table."""

from __future__ import annotations

import pytest

from nncli.core import registry as registries
from nncli.core.fields import dump, required_fields
from nncli.core.registry import Registry
from tests.contracts.table import ROWS, name_of, without_row
from tests.contracts.values import ALL, made, registry_of


@pytest.mark.parametrize(("registry", "rows"), ROWS, ids=[registry.kind for registry, _ in ROWS])
def test_every_registered_class_has_a_row(registry, rows):
    missing = without_row(registry, rows)
    assert not missing, f"{registry.kind} without a row in tests/contracts/table.py: {', '.join(missing)}"


@pytest.mark.parametrize(("registry", "rows"), ROWS, ids=[registry.kind for registry, _ in ROWS])
def test_every_row_is_of_a_registered_class(registry, rows):
    assert sorted(set(rows) - {cls.type_name for cls in registry}) == []
    for name, cases in rows.items():
        assert [case.config["type"] for case in cases] == [name] * len(cases)


def test_every_registry_is_in_the_table():
    names = {name for name, value in vars(registries).items() if isinstance(value, Registry)}
    covered = {name for name in names if any(getattr(registries, name) is registry for registry, _ in ROWS)}
    assert names == covered


def test_classes_without_a_row_are_named():
    registry = Registry("thing")
    for name, module in {"old": "nncli.nn", "new": "nncli.nn", "empty": "nncli.nn", "theirs": "a_plugin"}.items():
        registry.register(name)(type(name.title(), (), {"__module__": module}))
    assert without_row(registry, {"old": (1,), "empty": ()}) == ["empty", "new"]


@pytest.mark.parametrize("case", ALL, ids=name_of)
def test_dumped_fields_build_the_same_object(case):
    first = made(case)
    written = dump(first)
    assert written["type"] == case.config["type"]
    again = made(written, registry_of(case))
    assert again == first
    assert dump(again) == written


@pytest.mark.parametrize("case", ALL, ids=name_of)
def test_building_from_python_and_from_a_mapping_is_equivalent(case):
    built = made(case)
    assert type(built)(**{key: value for key, value in case.config.items() if key != "type"}) == built
    assert set(required_fields(type(built))) <= set(case.config)
