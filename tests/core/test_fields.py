"""Test checked fields: strict types, all problems at once, and their messages."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from annotated_types import Ge, Gt, Interval, MinLen

from nncli.core.builder import Builder, build, check_annotations
from nncli.core.checked import Checked, Registered, registered_in
from nncli.core.errors import ConfigError
from nncli.core.field_docs import document_fields
from nncli.core.fields import dump, field_types, required_fields
from nncli.core.invalid import INVALID
from nncli.core.registry import Registry

ANIMALS = Registry("animal")
PLANTS = Registry("plant")


@ANIMALS.register("cat", "kitty")
@dataclass(frozen=True)
class Cat(Registered):
    legs: Annotated[int, Ge(0)]
    weight: Annotated[float, Gt(0)] = 4.0
    tame: bool = True


@ANIMALS.register("fish")
@dataclass(frozen=True)
class Fish(Registered):
    water: Literal["salt", "sweet"] = "sweet"
    depth: Annotated[float, Interval(ge=0, lt=100)] | None = None

    def conflicts(self):
        if self.water == "salt" and self.depth is None:
            yield "depth", "salt water wants a depth"


@PLANTS.register("oak")
@dataclass(frozen=True)
class Oak(Registered):
    @classmethod
    def claims(cls, values):
        return "acorns" in values

    acorns: int = 0


@dataclass(frozen=True)
class Cage(Checked):
    size: tuple[int, int]
    label_text: str = ""


@dataclass(frozen=True)
class Keepers(Checked):
    """Fields that are mappings."""

    wages: Literal["equal", "fair"] | dict[str, Annotated[float, Gt(0)]] | None = None
    pets: dict[str, Annotated[Registered, ANIMALS]] = field(default_factory=dict)
    rooms: Annotated[dict[str, int], MinLen(1)] = field(default_factory=lambda: {"all": 1})
    shifts: dict[str, dict[str, int]] | None = None


@dataclass(frozen=True)
class Zoo(Checked):
    animals: tuple[Annotated[Registered, ANIMALS], ...]
    best: Annotated[Registered, ANIMALS] | None = None
    tree: Cage | Annotated[Registered, PLANTS] | None = None
    cage: Cage | None = None
    names: tuple[str, ...] = ()
    prices: dict[str, float] = field(default_factory=dict)
    map: str | None = None

    @classmethod
    def path_fields(cls, values):
        return ("map",)


@dataclass(frozen=True)
class Barter(Checked):
    """Fields that are unions of plain values and registered classes."""

    price: Annotated[float, Gt(0)] | Annotated[Registered, ANIMALS] | None = 1.0
    change: Literal["fishy", "none at all"] | Annotated[Registered, ANIMALS] = "fishy"  # type: ignore[assignment]


def faults(make):
    """Return {dotted path: message} of the error that `make` raises."""
    with pytest.raises(ConfigError) as caught:
        make()
    return {problem.dotted: problem.message for problem in caught.value.problems}


def zoo(**values):
    builder = Builder()
    built = builder.make(Zoo, {"animals": [], **values}, ())
    return built, {problem.dotted: problem.message for problem in builder.problems}


@pytest.mark.parametrize("legs", [True, False, 4.0, "4", None, [4], {}, float("nan"), -1])
def test_values_that_are_not_whole_numbers_are_rejected(legs):
    assert list(faults(lambda: Cat(legs=legs))) == ["cat.legs"]


@pytest.mark.parametrize("weight", [True, "4", None, [4.0], float("nan"), float("inf"), float("-inf"), 0, -1.0])
def test_values_that_are_not_numbers_are_rejected(weight):
    assert list(faults(lambda: Cat(legs=4, weight=weight))) == ["cat.weight"]


@pytest.mark.parametrize("tame", [1, 0, "true", "yes", None])
def test_values_that_are_not_booleans_are_rejected(tame):
    assert list(faults(lambda: Cat(legs=4, tame=tame))) == ["cat.tame"]


def test_whole_numbers_are_accepted_as_numbers():
    weight = Cat(legs=4, weight=3).weight
    assert (weight, type(weight)) == (3.0, float)


def test_lists_become_tuples():
    assert Cage(size=[1, 2]).size == (1, 2)
    for wrong in ([1], [1, 2, 3], 1, [1.0, 2.0], "12", [1, True]):
        assert list(faults(lambda wrong=wrong: Cage(size=wrong))) == ["cage.size"]


def test_null_is_accepted_only_by_optional_fields():
    assert Fish(depth=None).depth is None
    assert Zoo(animals=(), cage=None, best=None).best is None


def test_all_problems_are_reported_at_once():
    assert faults(lambda: Cat(legs=-1, weight="heavy", tame=3)) == {
        "cat.legs": "expected a whole number of at least 0; got -1",
        "cat.weight": "expected a number above 0; got 'heavy'",
        "cat.tame": "expected true or false; got 3",
    }


def test_problems_of_nested_objects_have_the_full_path():
    _, problems = zoo(
        animals=["cow", {"type": "cat", "legs": 4.5, "tial": 1}, {"type": "fish", "water": "slat"}],
        best={"type": "cat"},
        cage={"size": [1, "x"]},
        names=["a", 3],
        nams=[],
    )
    assert problems == {
        "animals.0": "unknown animal 'cow'. Known: cat, fish",
        "animals.1.legs": "expected a whole number of at least 0; got 4.5",
        "animals.1.tial": "unknown key 'tial' for cat. Known: legs, weight, tame",
        "animals.2.water": "expected one of salt, sweet; got 'slat'; did you mean 'salt'?",
        "best": "cat needs the key 'legs': a whole number of at least 0",
        "cage.size": "expected a pair of whole numbers; got [1, 'x']",
        "names": "expected a list of texts; got ['a', 3]",
        "nams": "unknown key 'nams' for zoo; did you mean 'names'? "
        "Known: animals, best, tree, cage, names, prices, map",
    }


def test_a_mistyped_required_key_is_one_problem_and_not_two():
    assert faults(lambda: build(ANIMALS, {"type": "cat", "lgs": 4})) == {
        "animal.lgs": "unknown key 'lgs' for cat; did you mean 'legs'? Known: legs, weight, tame"
    }


def test_a_problem_points_to_a_key_or_a_value():
    builder = Builder()
    builder.make(Zoo, {"animals": [], "nams": [], "cage": 3}, ())
    assert {problem.dotted: problem.at for problem in builder.problems} == {"nams": "key", "cage": "value"}


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ("kat", "animal", "unknown animal 'kat'; did you mean 'cat'? Known: cat, fish"),
        ({"type": "kat"}, "animal.type", "unknown animal 'kat'; did you mean 'cat'? Known: cat, fish"),
        ({"type": 3}, "animal.type", "expected the name of an animal; got 3. Known: cat, fish"),
        (3, "animal", "expected a name, or a mapping {type: ..., ...}, of a known animal; got 3. Known: cat, fish"),
        (
            None,
            "animal",
            "expected a name, or a mapping {type: ..., ...}, of a known animal; got nothing (null). Known: cat, fish",
        ),
        ({"legs": 4}, "animal", "this animal needs the key 'type', one of cat, fish"),
        (
            {"cat": {"legs": 4}},
            "animal",
            "this animal needs the key 'type', one of cat, fish; write {type: cat, ...} with its keys beside it",
        ),
        ("cat", "animal", "cat needs the key 'legs': a whole number of at least 0"),
    ],
    ids=str,
)
def test_invalid_names_and_mappings_of_registered_classes_are_rejected(value, path, message):
    assert faults(lambda: build(ANIMALS, value)) == {path: message}


@pytest.mark.parametrize(
    ("value", "built"),
    [(2, 2.0), (np.float32(2.5), 2.5), (None, None), ("fish", Fish()), ({"type": "fish"}, Fish())],
    ids=str,
)
def test_unions_of_plain_values_and_registered_classes_are_built(value, built):
    found = Barter(price=value).price
    assert (found, type(found)) == (built, type(built))
    assert Barter(price=Cat(4)).price == Cat(4)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("price", -1, "expected a number above 0; got -1"),
        ("price", float("inf"), "expected a finite number above 0; got .inf"),
        ("price", "2", "expected a number above 0 or an animal or null; got '2'; write it without quotes"),
        ("price", "much", "expected a number above 0 or an animal or null; got 'much'"),
        ("price", "none", "expected a number above 0 or an animal or null; got 'none'; write null"),
        ("price", True, "expected a number above 0 or an animal or null; got true"),
        ("price", "fsh", "unknown animal 'fsh'; did you mean 'fish'? Known: cat, fish"),
        ("price", "kitty", "cat needs the key 'legs': a whole number of at least 0"),
        ("price", {"water": "sweet"}, "this animal needs the key 'type', one of cat, fish"),
        ("change", 3, "expected one of fishy, none at all; got 3"),
        ("change", "none at al", "expected one of fishy, none at all or an animal; got 'none at al'; did you mean"),
    ],
    ids=str,
)
def test_a_value_that_matches_no_union_member_is_rejected(field, value, message):
    (found,) = faults(lambda: Barter(**{field: value})).values()
    assert found.startswith(message)
    assert Barter().change == "fishy"  # the literal value, not the registered class with a similar name
    assert Barter(change="fish").change == Fish()


def test_registered_objects_are_built_from_names_aliases_mappings_and_objects():
    cat = Cat(legs=4)
    assert build(ANIMALS, {"type": "cat", "legs": 4}) == cat
    assert build(ANIMALS, {"legs": 4, "type": "kitty"}) == cat
    assert build(ANIMALS, cat) is cat
    assert build(ANIMALS, "fish") == Fish()


def test_mappings_passed_to_build_are_not_changed():
    values = {"type": "cat", "legs": 4}
    build(ANIMALS, values)
    assert values == {"type": "cat", "legs": 4}


def test_objects_of_another_kind_are_rejected():
    for make in (
        lambda: build(ANIMALS, Oak()),
        lambda: Zoo(animals=[Oak()]),
        lambda: Zoo(animals=(), cage=Cat(legs=4)),
    ):
        with pytest.raises(ConfigError):
            make()


def test_conflicting_fields_are_reported():
    assert faults(lambda: Fish(water="salt")) == {"fish.depth": "salt water wants a depth"}
    assert faults(lambda: build(ANIMALS, {"type": "fish", "water": "salt"})) == {
        "animal.depth": "salt water wants a depth"
    }
    assert list(faults(lambda: Fish(water="salt", depth=-1))) == ["fish.depth"]  # no second problem for the same field


def test_a_class_can_claim_a_mapping_without_a_type():
    assert build(PLANTS, {"acorns": 3}) == Oak(acorns=3)


def test_keys_decide_between_two_mappings_of_a_union():
    assert zoo(tree={"size": [1, 2]})[0].tree == Cage(size=(1, 2))
    assert zoo(tree={"type": "oak", "acorns": 2})[0].tree == Oak(acorns=2)
    assert zoo(tree="oak")[0].tree == Oak()


def test_values_that_are_not_mappings_are_rejected():
    assert zoo(cage=[1, 2])[1] == {"cage": "expected a mapping with the keys size, label_text or null; got [1, 2]"}
    assert zoo(animals="cat")[1] == {"animals": "expected a list of animals; got 'cat'"}
    assert zoo(prices=3)[1] == {"prices": "expected a mapping of names to numbers; got 3"}


class TestMappings:
    """Fields that are mappings of names to values."""

    @pytest.mark.parametrize("given", [{2: 1, 5: 3.0}, {"2": 1.0, "5": 3}, {np.int64(2): 1.0, "5": np.float64(3)}])
    def test_whole_numbers_as_keys_become_text(self, given):
        wages = Keepers(wages=given).wages
        assert wages == {"2": 1.0, "5": 3.0}
        assert [type(value) for value in wages.values()] == [float, float]

    def test_registered_classes_are_built(self):
        built = Keepers(pets={"tom": {"type": "kitty", "legs": 4}, "wanda": "fish", "own": Cat(legs=3)})
        assert built.pets == {"tom": Cat(legs=4), "wanda": Fish(), "own": Cat(legs=3)}
        assert list(registered_in(built)) == [Cat(legs=4), Fish(), Cat(legs=3)]
        assert Keepers(pets=built.pets) == built

    @pytest.mark.parametrize("wages", ["fair", None, {}])
    def test_a_mapping_may_be_one_member_of_a_union(self, wages):
        assert Keepers(wages=wages).wages == wages

    def test_nested_mappings_are_validated(self):
        assert Keepers(shifts={"mon": {"early": 1}}).shifts == {"mon": {"early": 1}}
        assert faults(lambda: Keepers(shifts={"mon": {"early": 1.5}, "tue": 2})) == {
            "keepers.shifts.mon.early": "expected a whole number; got 1.5",
            "keepers.shifts.tue": "expected a mapping of names to whole numbers; got 2",
        }

    def test_every_invalid_entry_is_reported_with_its_path(self):
        values = {
            "wages": {2: -1, "5": "much", "7": 3},
            "pets": {"a": "kat", "b": {"type": "cat", "legs": -1, "tame": 2}, "c": None},
        }
        assert faults(lambda: Keepers(**values)) == {
            "keepers.wages.2": "expected a number above 0; got -1",
            "keepers.wages.5": "expected a number above 0; got 'much'",
            "keepers.pets.a": "unknown animal 'kat'; did you mean 'cat'? Known: cat, fish",
            "keepers.pets.b.legs": "expected a whole number of at least 0; got -1",
            "keepers.pets.b.tame": "expected true or false; got 2",
            "keepers.pets.c": "expected a name, or a mapping {type: ..., ...}, of a known animal; got nothing (null). "
            "Known: cat, fish",
        }

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("wages", 3, "expected one of equal, fair or a mapping of names to numbers above 0 or null; got 3"),
            (
                "wages",
                "fare",
                "expected one of equal, fair or a mapping of names to numbers above 0 or null; "
                "got 'fare'; did you mean 'fair'?",
            ),
            (
                "wages",
                "none",
                "expected one of equal, fair or a mapping of names to numbers above 0 or null; got 'none'; write null",
            ),
            (
                "wages",
                [["2", 1]],
                "expected one of equal, fair or a mapping of names to numbers above 0 or null; got a list of 1",
            ),
            ("pets", "fish", "expected a mapping of names to animals; got 'fish'"),
            ("pets", "3", "expected a mapping of names to animals; got '3'"),
            ("pets", Fish(), "expected a mapping of names to animals; got a Fish"),
            ("pets", None, "expected a mapping of names to animals; got nothing (null)"),
            ("rooms", {}, "expected at least one entry; got a mapping without keys"),
            (
                "wages",
                {"type": "fair", "2": 3},
                "expected one of equal, fair or a mapping of names to numbers above 0 "
                "or null; got fair with other keys beside it",
            ),
            ("rooms", {True: 1}, "expected names as keys; got true"),
            ("rooms", {1.5: 1}, "expected names as keys; got 1.5"),
        ],
    )
    def test_invalid_mappings_are_rejected(self, field, value, message):
        assert faults(lambda: Keepers(**{field: value})) == {f"keepers.{field}": message}

    def test_a_duplicate_key_is_rejected(self):
        assert faults(lambda: Keepers(rooms={2: 1, "2": 1})) == {"keepers.rooms.2": "the key '2' is listed twice"}

    def test_values_already_reported_as_invalid_are_not_reported_again(self):
        builder = Builder()
        assert builder.value(field_types(Keepers)["rooms"], {"a": INVALID, "b": 1}, ()) is INVALID
        assert builder.problems == []

    def test_mappings_are_dumped_and_rebuilt(self):
        built = Keepers(wages={2: 1}, pets={"tom": {"type": "cat", "legs": 4}})
        written = dump(built)
        assert written == {
            "wages": {"2": 1.0},
            "pets": {"tom": {"type": "cat", "legs": 4, "weight": 4.0, "tame": True}},
            "rooms": {"all": 1},
            "shifts": None,
        }
        assert {type(value) for value in (written["wages"], written["pets"])} == {dict}
        assert Builder().make(Keepers, written, ()) == built
        assert copy.deepcopy(built) == built

    def test_mappings_are_immutable_and_hashable(self):
        given = {"2": 1.0, "5": 3.0}
        built = Keepers(wages=given)
        given["2"] = 7.0
        assert built.wages == {"2": 1.0, "5": 3.0}
        for change in (
            lambda wages: wages.update(a=1),
            lambda wages: wages.pop("2"),
            lambda wages: wages.__setitem__("2", 2.0),
            lambda wages: wages.__delitem__("2"),
            lambda wages: wages.clear(),
        ):
            with pytest.raises(TypeError, match="cannot be changed"):
                change(built.wages)
        assert hash(built) == hash(Keepers(wages={"5": 3.0, "2": 1.0}))
        assert built != Keepers(wages={"5": 3.0, "2": 2.0})

    def test_unsupported_annotations_are_named(self):
        @dataclass(frozen=True)
        class Odd(Checked):
            values: dict[str, complex | Builder] = field(default_factory=dict)

        assert check_annotations(Keepers) is None
        assert check_annotations(Odd) == "the annotation of 'values' is not a type that a config can hold"

    def test_mappings_are_described(self):
        described = {item.name: (item.expected, item.default_text) for item in document_fields(Keepers)}
        assert described == {
            "wages": ("one of equal, fair or a mapping of names to numbers above 0 or null", "null"),
            "pets": ("a mapping of names to animals", "{}"),
            "rooms": ("a mapping of names to whole numbers with at least 1 entry", "its defaults"),
            "shifts": ("a mapping of names to mappings of names to whole numbers or null", "null"),
        }


def test_an_invalid_object_keeps_its_valid_fields():
    builder = Builder()
    built = builder.fields(Zoo, {"animals": ["fish", "cow"], "names": 3}, ())
    assert built["names"] is INVALID
    assert built["animals"].items == (Fish(), INVALID)
    assert len(builder.problems) == 2


def test_only_file_names_in_path_fields_become_absolute():
    built = Builder(lambda path, name: f"/home/{'.'.join(map(str, path))}/{name}").make(
        Zoo, {"animals": [], "map": "plan.png", "names": ["x"]}, ("zoo",)
    )
    assert built.map == "/home/zoo.map/plan.png"
    assert built.names == ("x",)


def test_dump_writes_every_default_and_can_be_rebuilt():
    built, _ = zoo(animals=[{"type": "cat", "legs": 3}, "fish"], cage={"size": [2, 3]}, prices={"a": 1})
    written = dump(built)
    assert written == {
        "animals": [
            {"type": "cat", "legs": 3, "weight": 4.0, "tame": True},
            {"type": "fish", "water": "sweet", "depth": None},
        ],
        "best": None,
        "tree": None,
        "cage": {"size": [2, 3], "label_text": ""},
        "names": [],
        "prices": {"a": 1.0},
        "map": None,
    }
    assert Builder().make(Zoo, written, ()) == built


def test_required_fields_and_field_types_are_listed_in_order():
    assert list(required_fields(Zoo)) == ["animals"]
    assert list(required_fields(Cat)) == ["legs"]
    assert list(field_types(Cat)) == ["legs", "weight", "tame"]
    assert field_types(Cage)["size"] == tuple[int, int]
    assert Any not in field_types(Cat).values()
