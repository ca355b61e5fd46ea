"""Test registries: names, aliases, discovery, and messages for unknown names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nncli.core import registry as registries
from nncli.core.errors import ConfigError
from nncli.core.registry import INITIALIZERS, LAYERS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES, Registry


@pytest.fixture
def colours():
    registry = Registry("colour")

    @registry.register("red", "crimson", "scarlet")
    class Red:
        pass

    @registry.register("blue")
    class Blue:
        pass

    return registry


def test_a_class_is_found_by_its_name_and_its_aliases(colours):
    assert colours.find("red") is colours.find("crimson") is colours.find("scarlet")
    assert colours.find("red").type_name == "red"
    assert colours.find("green") is None


def test_names_are_sorted_and_without_aliases(colours):
    assert colours.names() == ["blue", "red"]
    assert colours.aliases("red") == ["crimson", "scarlet"]
    assert colours.aliases("blue") == []
    assert [cls.__name__ for cls in colours] == ["Red", "Blue"]


def test_an_unknown_name_gets_a_suggestion(colours):
    assert colours.unknown("blu") == "unknown colour 'blu'; did you mean 'blue'? Known: blue, red"
    assert colours.unknown("xyz") == "unknown colour 'xyz'. Known: blue, red"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Ruby", "unknown colour 'Ruby': write red, which is lighter"),
        ("paint.RUBY", "unknown colour 'paint.RUBY': write red, which is lighter"),
        ("no_colour", "unknown colour 'no_colour': leave it out"),
        ("NoColour", "unknown colour 'NoColour': leave it out"),
        ("paint.RedLayer", "unknown colour 'paint.RedLayer'; did you mean 'red'? Known: red"),
        ("rub", "unknown colour 'rub'. Known: red"),
    ],
)
def test_foreign_names_get_advice(name, message):
    registry = Registry("colour")
    base = type("Base", (), {"known_elsewhere": {"NoColour": "leave it out"}})
    registry.register("red")(type("Red", (base,), {"known_elsewhere": {"ruby": "write red, which is lighter"}}))
    assert registry.unknown(name) == message


def test_the_most_similar_of_many_names_are_listed():
    registry = Registry("number")
    for index in range(21):
        registry.register(f"number_{index}")(type("Number", (), {}))
    assert registry.unknown("numbr_13").startswith(
        "unknown number 'numbr_13'; did you mean 'number_13'? Known: number_13"
    )
    assert registry.unknown("numbr_13").endswith(" and 13 more (nncli list)")
    assert registry.listing().startswith("number_0, number_1, number_10")


@pytest.mark.parametrize("taken", ["red", "crimson"])
@pytest.mark.parametrize("as_alias", [False, True])
def test_a_taken_name_cannot_be_registered_again(colours, taken, as_alias):
    class Other:
        pass

    names = ("mine", taken) if as_alias else (taken,)
    with pytest.raises(ConfigError, match=rf"the colour '{taken}' already exists: .*Red; choose another name"):
        colours.register(*names)(Other)
    assert colours.find("mine") is None


def test_a_class_that_is_defined_again_replaces_its_first_definition():
    registry = Registry("colour")

    def define():
        @registry.register("red")
        class Red:
            pass

        return Red

    define()
    again = define()
    assert registry.find("red") is again


def test_classes_are_found_by_their_python_name(colours):
    assert colours.by_class_name("Red", "some.module") is colours.find("red")
    for name in ("Green", "_Red", "__path__"):
        with pytest.raises(AttributeError, match=f"module 'some.module' has no attribute '{name}'"):
            colours.by_class_name(name, "some.module")


def test_classes_can_be_imported_from_their_package():
    from nncli.nn.layers import Conv2D
    from nncli.nn.losses import CrossEntropy
    from nncli.nn.metrics import R2
    from nncli.optim import Adam

    assert [cls.type_name for cls in (Conv2D, CrossEntropy, R2, Adam)] == ["conv2d", "cross_entropy", "r2", "adam"]
    with pytest.raises(ImportError, match="Nothing"):
        from nncli.optim import Nothing  # noqa: F401


@pytest.mark.parametrize(
    ("registry", "aliases"),
    [
        (LAYERS, {"dense": ["fc"]}),
        (OPTIMIZERS, {"sgd": ["gd"]}),
        (
            LOSSES,
            {
                "binary_cross_entropy": ["bce"],
                "cross_entropy": ["categorical_crossentropy", "sparse_categorical_crossentropy"],
                "mean_squared_error": ["mse"],
            },
        ),
        (INITIALIZERS, {"normal": ["random", "random_normal"], "he_uniform": ["kaiming_uniform"]}),
        (SCHEDULES, {"cosine": ["cosine_annealing", "cosine_decay"], "reduce_on_plateau": ["reduce_lr_on_plateau"]}),
    ],
    ids=["layers", "optimizers", "losses", "initializers", "schedules"],
)
def test_common_aliases_are_registered(registry, aliases):
    for name, others in aliases.items():
        assert registry.aliases(name) == others


@pytest.mark.parametrize("name", ["LAYERS", "INITIALIZERS", "LOSSES", "METRICS", "OPTIMIZERS", "SCHEDULES"])
def test_classes_are_found_before_their_package_is_imported(name):
    registry = getattr(registries, name)
    code = f"from nncli.core.registry import {name}; print(*{name}.names())"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    expected = [cls.type_name for cls in registry if cls.__module__.startswith("nncli.")]
    assert fresh == sorted(expected)


def test_common_metrics_are_registered():
    assert {"accuracy", "mae", "rmse", "r2"} <= set(METRICS.names())


def test_the_base_of_a_registry_is_the_topmost_class_with_required_methods():
    registry = Registry("thing")
    base = type("Base", (), {"needs": ("a",)})
    between = type("Between", (base,), {"needs": ("b",)})
    registry.register("first")(type("First", (between,), {"__module__": "nncli.nn"}))
    assert registry.base is base
