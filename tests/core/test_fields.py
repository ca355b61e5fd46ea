"""Checked fields: strict types, all problems at once, and messages that name what was expected and what came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Interval

from nncli.core.builder import FAILED, Builder, build
from nncli.core.errors import ConfigError
from nncli.core.fields import Checked, Registered, dump, field_types, required
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


def faults(make):
    """{dotted path: message} of what `make` raises."""
    with pytest.raises(ConfigError) as caught:
        make()
    return {problem.dotted: problem.message for problem in caught.value.problems}


def zoo(**values):
    builder = Builder()
    built = builder.make(Zoo, {"animals": [], **values}, ())
    return built, {problem.dotted: problem.message for problem in builder.problems}


@pytest.mark.parametrize("legs", [True, False, 4.0, "4", None, [4], {}, float("nan"), -1])
def test_what_is_no_whole_number(legs):
    assert list(faults(lambda: Cat(legs=legs))) == ["cat.legs"]


@pytest.mark.parametrize("weight", [True, "4", None, [4.0], float("nan"), float("inf"), float("-inf"), 0, -1.0])
def test_what_is_no_number(weight):
    assert list(faults(lambda: Cat(legs=4, weight=weight))) == ["cat.weight"]


@pytest.mark.parametrize("tame", [1, 0, "true", "yes", None])
def test_what_is_neither_true_nor_false(tame):
    assert list(faults(lambda: Cat(legs=4, tame=tame))) == ["cat.tame"]


def test_whole_numbers_are_numbers():
    weight = Cat(legs=4, weight=3).weight
    assert (weight, type(weight)) == (3.0, float)


def test_lists_become_tuples():
    assert Cage(size=[1, 2]).size == (1, 2)
    for wrong in ([1], [1, 2, 3], 1, [1.0, 2.0], "12", [1, True]):
        assert list(faults(lambda wrong=wrong: Cage(size=wrong))) == ["cage.size"]


def test_null_where_it_is_allowed():
    assert Fish(depth=None).depth is None
    assert Zoo(animals=(), cage=None, best=None).best is None


def test_everything_that_is_wrong_is_said_at_once():
    assert faults(lambda: Cat(legs=-1, weight="heavy", tame=3)) == {
        "cat.legs": "expected a whole number at least 0; got -1",
        "cat.weight": "expected a number above 0; got 'heavy'",
        "cat.tame": "expected true or false; got 3",
    }


def test_problems_of_nested_things_have_their_whole_path():
    _, problems = zoo(
        animals=["cow", {"type": "cat", "legs": 4.5, "tial": 1}, {"type": "fish", "water": "slat"}],
        best={"type": "cat"},
        cage={"size": [1, "x"]},
        names=["a", 3],
        nams=[],
    )
    assert problems == {
        "animals.0": "unknown animal 'cow'. Known: cat, fish",
        "animals.1.legs": "expected a whole number at least 0; got 4.5",
        "animals.1.tial": "unknown key 'tial' for cat. Known: legs, weight, tame",
        "animals.2.water": "expected one of salt, sweet; got 'slat'; did you mean 'salt'?",
        "best": "cat needs the key 'legs': a whole number at least 0",
        "cage.size": "expected a pair of whole numbers; got [1, 'x']",
        "names": "expected a list of texts; got ['a', 3]",
        "nams": "unknown key 'nams' for zoo; did you mean 'names'? "
        "Known: animals, best, tree, cage, names, prices, map",
    }


def test_a_mistyped_required_key_is_one_problem_and_not_two():
    assert faults(lambda: build(ANIMALS, {"type": "cat", "lgs": 4})) == {
        "animal.lgs": "unknown key 'lgs' for cat; did you mean 'legs'? Known: legs, weight, tame"
    }


def test_a_problem_is_at_its_key_or_its_value():
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
        ("cat", "animal", "cat needs the key 'legs': a whole number at least 0"),
    ],
    ids=str,
)
def test_what_is_said_about_a_registered_thing(value, path, message):
    assert faults(lambda: build(ANIMALS, value)) == {path: message}


def test_a_registered_thing_from_a_name_an_alias_a_mapping_or_itself():
    cat = Cat(legs=4)
    assert build(ANIMALS, {"type": "cat", "legs": 4}) == cat
    assert build(ANIMALS, {"legs": 4, "type": "kitty"}) == cat
    assert build(ANIMALS, cat) is cat
    assert build(ANIMALS, "fish") == Fish()


def test_a_mapping_given_is_not_changed():
    values = {"type": "cat", "legs": 4}
    build(ANIMALS, values)
    assert values == {"type": "cat", "legs": 4}


def test_an_object_of_another_kind_is_refused():
    for make in (
        lambda: build(ANIMALS, Oak()),
        lambda: Zoo(animals=[Oak()]),
        lambda: Zoo(animals=(), cage=Cat(legs=4)),
    ):
        with pytest.raises(ConfigError):
            make()


def test_fields_that_are_right_alone_but_not_together():
    assert faults(lambda: Fish(water="salt")) == {"fish.depth": "salt water wants a depth"}
    assert faults(lambda: build(ANIMALS, {"type": "fish", "water": "salt"})) == {
        "animal.depth": "salt water wants a depth"
    }
    assert list(faults(lambda: Fish(water="salt", depth=-1))) == ["fish.depth"]  # one fault is enough for a field


def test_a_mapping_without_a_type_may_be_claimed():
    assert build(PLANTS, {"acorns": 3}) == Oak(acorns=3)


def test_one_of_two_forms_of_a_mapping():
    assert zoo(tree={"size": [1, 2]})[0].tree == Cage(size=(1, 2))
    assert zoo(tree={"type": "oak", "acorns": 2})[0].tree == Oak(acorns=2)
    assert zoo(tree="oak")[0].tree == Oak()


def test_a_mapping_is_wanted():
    assert zoo(cage=[1, 2])[1] == {"cage": "expected a mapping with the keys size, label_text or null; got [1, 2]"}
    assert zoo(animals="cat")[1] == {"animals": "expected a list of animals; got 'cat'"}
    assert zoo(prices={"a": "dear"})[1] == {
        "prices": "expected a mapping of texts to numbers; got a mapping with the keys a"
    }


def test_what_could_not_be_built_is_failed_and_the_rest_can_still_be_seen():
    builder = Builder()
    built = builder.fields(Zoo, {"animals": ["fish", "cow"], "names": 3}, ())
    assert built["names"] is FAILED
    assert built["animals"] == [Fish(), FAILED]
    assert len(builder.problems) == 2


def test_file_names_are_made_absolute_once():
    built = Builder(lambda path, name: f"/home/{'.'.join(map(str, path))}/{name}").make(
        Zoo, {"animals": [], "map": "plan.png", "names": ["x"]}, ("zoo",)
    )
    assert built.map == "/home/zoo.map/plan.png"
    assert built.names == ("x",)


def test_dump_writes_every_default_and_builds_the_same():
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


def test_what_a_class_wants():
    assert list(required(Zoo)) == ["animals"]
    assert list(required(Cat)) == ["legs"]
    assert list(field_types(Cat)) == ["legs", "weight", "tame"]
    assert field_types(Cage)["size"] == tuple[int, int]
    assert Any not in field_types(Cat).values()
