"""Every edit of a good config is either refused with a place, or shows in the resolved config: none is ignored."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from nncli.config.reader import read_file
from nncli.core.builder import Builder
from nncli.core.errors import ConfigError, NncliError
from nncli.core.fields import field_types
from nncli.workflows.check import check
from tests.long import first

Keys = tuple[Any, ...]
Edit = Callable[[st.DataObject, Any], str]

SHIPPED = Path(__file__).parents[2] / "configs"
FILE = "edited.yaml"
PLACE = re.compile(r"edited\.yaml:[1-9]\d*:[1-9]\d*: .")
LONGEST_LINE = 400

WRITTEN = {
    "momentum": {
        "name": "two-or-five",
        "seed": 7,
        "dtype": "float64",
        "data": {
            "train": {"dataset": "digits", "classes": [2, 5]},
            "validation": {"fraction": 0.2, "stratify": True},
            "test": {"fraction": 0.1},
            "scale_inputs": {"type": "divide", "by": 16},
        },
        "model": [{"type": "dense", "units": 8}, "tanh", {"type": "dense", "units": 1, "bias": False}, "sigmoid"],
        "loss": "bce",
        "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
        "metrics": ["accuracy"],
        "training": {
            "epochs": 4,
            "batch_size": 16,
            "shuffle": False,
            "clip_norm": 1,
            "early_stopping": {"monitor": "val_accuracy", "patience": 3, "min_delta": 0.01},
            "checkpoint": {"monitor": "val_loss", "every_epochs": 2, "every_steps": 5, "keep": 3},
            "on_nonfinite": "skip",
            "threads": 1,
        },
    },
    "convolution": {
        "data": {"train": {"dataset": "digits"}, "validation": {"fraction": 0.1}, "scale_inputs": "minmax"},
        "model": [
            {"type": "conv2d", "filters": 4, "kernel_size": [3, 2], "stride": [1, 1], "padding": [1, 0]},
            {"type": "relu"},
            {"type": "max_pool2d", "pool_size": [2, 1], "stride": 2, "padding": "same"},
            {
                "type": "sequential",
                "layers": [
                    {"type": "dense", "units": 12, "initializer": {"type": "normal", "std": 0.05}},
                    "relu",
                    {"type": "dropout", "rate": 0.2},
                ],
            },
            {"type": "fc", "units": 10, "initializer": {"type": "glorot"}},
        ],
        "loss": {"type": "cross_entropy", "from_logits": True},
        "optimizer": "adam",
        "metrics": [{"type": "accuracy"}],
        "training": {"epochs": 2, "checkpoint": {"keep": 2}},
    },
    "references": {
        "seed": 3,
        "name": "digits-${seed}-${model.0.units}",
        "data": {
            "train": {"dataset": "digits"},
            "validation": {"fraction": 0.1},
            "test": {"fraction": "${data.validation.fraction}"},
        },
        "model": [
            {"type": "dense", "units": 16, "initializer": "he"},
            "relu",
            {"type": "dense", "units": 10},
            "softmax",
        ],
        "loss": "cross_entropy",
        "optimizer": {"type": "adam", "learning_rate": 1e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-7},
        "training": {"epochs": 3, "batch_size": "${model.0.units}", "early_stopping": {"patience": "${seed}"}},
    },
    "regression": {
        "data": {
            "train": {"dataset": "diabetes"},
            "test": {"fraction": 0.2},
            "scale_inputs": "standard",
            "scale_targets": "standard",
        },
        "model": ["flatten", {"type": "reshape", "shape": [-1, 2]}, {"type": "dense", "units": 1, "bias": True}],
        "loss": {"type": "mse"},
        "optimizer": {"type": "gd", "momentum": 0},
        "metrics": ["root_mean_squared_error", "mae", {"type": "r2"}],
        "training": {"epochs": 10, "shuffle": True, "checkpoint": {"monitor": "train_mae"}, "clip_norm": None},
    },
}
CONFIGS: dict[str, Any] = WRITTEN | {
    name: read_file(str(SHIPPED / f"{name}.yaml")).value for name in ("digits", "mnist_2_5", "diabetes")
}


# Where things are, and how they are written.


def inside(value: Any, path: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every path below a value, with what stands there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key), item
        yield from inside(item, (*path, key))


def at(values: Any, path: Keys) -> Any:
    for key in path:
        values = values[key]
    return values


def put(values: Any, path: Keys, value: Any) -> None:
    at(values, path[:-1])[path[-1]] = value


def written(value: Any, twice: Keys | None = None, path: Keys = ()) -> str:
    """Values as YAML, a pair a line, the key at one path twice."""
    if isinstance(value, dict):
        pairs = []
        for key, item in value.items():
            inner = (*path, key)
            pairs += [f"{json.dumps(key)}: {written(item, twice, inner)}"] * (2 if inner == twice else 1)
        return "{" + ",\n".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(written(item, twice, (*path, index)) for index, item in enumerate(value)) + "]"
    return json.dumps(value)


# What a config means, said without nncli: names in full, references filled, defaults left out.

ALIASES = {
    "fc": "dense",
    "gd": "sgd",
    "bce": "binary_cross_entropy",
    "mse": "mean_squared_error",
    "glorot": "xavier",
    "random": "normal",
    "root_mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
}
NAMES = {"loss", "optimizer", "initializer", "scale_inputs", "scale_targets"}  # a bare name is {type: name}
LISTS_OF_NAMES = {"model", "layers", "metrics"}
WINDOWS = {"stride": 1, "padding": "valid", "dilation": 1, "groups": 1, "bias": "true"}
DEFAULTS: dict[str, dict[str, Any]] = {
    "": {"name": "edited", "seed": 0, "dtype": "float32", "metrics": [], "training": {}},
    "data": {"validation": None, "test": None, "scale_inputs": {"type": "none"}, "scale_targets": {"type": "none"}},
    "train": {"classes": None},
    "validation": {"stratify": "false"},
    "test": {"stratify": "false"},
    "training": {
        "epochs": 10,
        "batch_size": 32,
        "shuffle": "true",
        "clip_norm": None,
        "early_stopping": None,
        "checkpoint": {},
        "on_nonfinite": "stop",
        "threads": None,
    },
    "early_stopping": {"patience": 10, "min_delta": 0},
    "checkpoint": {"every_epochs": 1, "every_steps": None, "keep": 1},
    "dense": {"bias": "true"},
    "conv2d": WINDOWS,
    "max_pool2d": {"pool_size": 2, "stride": None, "padding": "valid"},
    "avg_pool2d": {"pool_size": 2, "stride": None, "padding": "valid"},
    "dropout": {"rate": 0.5},
    "normal": {"std": 0.01},
    "cross_entropy": {"from_logits": "false"},
    "binary_cross_entropy": {"from_logits": "false"},
    "sgd": {"learning_rate": 0.01, "momentum": 0, "nesterov": "false"},
    "adam": {"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "amsgrad": "false"},
}
ACTIVATIONS = {"relu", "sigmoid", "tanh", "linear", "softmax"}
WITH_WEIGHTS = {"dense", "conv2d"}


def meaning(values: Any) -> Any:
    """Two configs that mean the same have the same meaning."""
    return shortened(
        with_initializers(spelt_out(filled(values, values), "")), "", bool(values["data"].get("validation"))
    )


def filled(value: Any, root: Any) -> Any:
    """With the values of references in their places."""
    if isinstance(value, dict):
        return {key: filled(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, root) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = re.fullmatch(r"\$\{([^{}]*)\}", value)
    if whole:
        return referred(whole[1], root)
    return re.sub(r"\$\{([^{}]*)\}", lambda found: str(referred(found[1], root)), value)


def referred(dotted: str, root: Any) -> Any:
    value = root
    for key in dotted.split("."):
        value = value[int(key) if isinstance(value, list) else key]
    return filled(value, root)


def spelt_out(value: Any, key: str) -> Any:
    """With names in full, labels as text, and true and false as words, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if key in NAMES and isinstance(value, str):
        return {"type": ALIASES.get(value, value)}
    if isinstance(value, dict):
        return {
            name: ALIASES.get(item, item) if name == "type" and isinstance(item, str) else spelt_out(item, name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        kind = "loss" if key in LISTS_OF_NAMES else ""
        labels = key == "classes"
        return [str(item) if labels and type(item) is int else spelt_out(item, kind) for item in value]
    return value


def with_initializers(values: Any) -> Any:
    """With he before relu and xavier elsewhere, where nothing is said."""
    layers = list(leaves(values["model"]))
    for index, item in enumerate(layers):
        if item["type"] in WITH_WEIGHTS and item.get("initializer") is None:
            item["initializer"] = {"type": advised([other["type"] for other in layers[index + 1 :]])}
    return values


def leaves(layers: Any) -> Iterator[Any]:
    for item in layers:
        if item["type"] == "sequential":
            yield from leaves(item["layers"])
        else:
            yield item


def advised(following: list[str]) -> str:
    first = next((name for name in following if name in ACTIVATIONS | WITH_WEIGHTS), "")
    return "he" if first == "relu" else "xavier"


def shortened(value: Any, key: str, validated: bool) -> Any:
    """Without what is the default anyway."""
    if isinstance(value, list):
        return [shortened(item, "", validated) for item in value]
    if not isinstance(value, dict):
        return value
    defaults = DEFAULTS.get(value.get("type", key) if isinstance(value.get("type", key), str) else key, {})
    if key in ("early_stopping", "checkpoint"):
        defaults = defaults | {"monitor": "val_loss" if validated else "train_loss"}
        value = {name: item for name, item in value.items() if name != "monitor" or item is not None}
    short = {name: shortened(item, name, validated) for name, item in value.items()}
    return {name: item for name, item in short.items() if name not in defaults or defaults[name] != item}


# The edits: each changes values in place, or gives the text itself.

OTHER_VALUES = [
    *(None, True, False, 0, 1, -1, 2, 10, 0.5, 2.5, 1.0, "", "text", "10", "0.5", "yes", "relu", "adam", "same"),
    *([], {}, [1], [2, 2], [None], ["accuracy"], {"type": "relu"}, {"fraction": 0.5}, {"type": None}, {"units": 10}),
]
ALL_KEYS = sorted({path[-1] for values in CONFIGS.values() for path, _ in inside(values) if isinstance(path[-1], str)})


def a_path(data: st.DataObject, values: Any, wanted: Callable[[Keys, Any], bool]) -> Keys:
    found = [path for path, item in inside(values) if wanted(path, item)]
    assume(found)
    return data.draw(st.sampled_from(found))


def a_key(data: st.DataObject, values: Any) -> Keys:
    return a_path(data, values, lambda path, item: isinstance(path[-1], str))


def anything(data: st.DataObject, values: Any) -> Keys:
    return a_path(data, values, lambda path, item: True)


def rename(values: Any, path: Keys, name: str) -> None:
    """The key under another name, in its old place."""
    mapping = at(values, path[:-1])
    assume(name not in mapping)
    items = [(name if key == path[-1] else key, item) for key, item in mapping.items()]
    mapping.clear()
    mapping.update(items)


def drop(data: st.DataObject, values: Any) -> str:
    path = anything(data, values)
    del at(values, path[:-1])[path[-1]]
    return written(values)


def misspell(data: st.DataObject, values: Any) -> str:
    path = a_key(data, values)
    key = path[-1]
    where = data.draw(st.integers(0, len(key) - 1))
    before, letter, after = key[:where], key[where], key[where + 1 :]
    slips = [before + after, before + letter + letter + after, before + "x" + after, before + letter.upper() + after]
    rename(values, path, data.draw(st.sampled_from([*slips, key.replace("_", "-"), key + "s", key + " "])))
    return written(values)


def take_another_key(data: st.DataObject, values: Any) -> str:
    path = a_key(data, values)
    rename(values, path, data.draw(st.sampled_from(ALL_KEYS)))
    return written(values)


def retype(data: st.DataObject, values: Any) -> str:
    path = a_path(data, values, lambda path, item: not isinstance(item, dict | list))
    old = at(values, path)
    put(values, path, copy.deepcopy(data.draw(st.sampled_from(almost(old)) | st.sampled_from(OTHER_VALUES))))
    return written(values)


def almost(value: Any) -> list[Any]:
    """The same, but for its type."""
    if isinstance(value, bool):
        return [int(value), str(value).lower(), "yes" if value else "no"]
    if isinstance(value, int | float):
        return [float(value), int(value), str(value), bool(value)]
    return [[value], {"type": value}, f"{value} ", str(value).upper()]


def say_twice(data: st.DataObject, values: Any) -> str:
    return written(values, twice=a_key(data, values))


def wrap(data: st.DataObject, values: Any) -> str:
    path = anything(data, values)
    key = data.draw(st.sampled_from(["", "type", "value", *ALL_KEYS]))
    put(values, path, {key: at(values, path)} if key else [at(values, path)])
    return written(values)


def lift(data: st.DataObject, values: Any) -> str:
    path = a_path(data, values, lambda path, item: isinstance(path[-1], str) and isinstance(item, dict))
    mapping = at(values, path[:-1])
    mapping |= mapping.pop(path[-1])
    return written(values)


def move(data: st.DataObject, values: Any) -> str:
    path = a_key(data, values)
    item = at(values, path[:-1]).pop(path[-1])
    to = data.draw(st.sampled_from([(), *(other for other, there in inside(values) if isinstance(there, dict))]))
    assume(path[-1] not in at(values, to))
    at(values, to)[path[-1]] = item
    return written(values)


def swap(data: st.DataObject, values: Any) -> str:
    one, other = anything(data, values), anything(data, values)
    assume(one[: len(other)] != other and other[: len(one)] != one)
    first, second = at(values, one), at(values, other)
    put(values, one, second)
    put(values, other, first)
    return written(values)


EDITS: list[Edit] = [drop, misspell, take_another_key, retype, say_twice, wrap, lift, move, swap]


# The property.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edits")


@cache
def resolved(folder: Path, name: str) -> str:
    """The resolved config of one that was not edited."""
    found = outcome(folder, written(CONFIGS[name]))
    assert isinstance(found, str), found
    return found


def outcome(folder: Path, text: str) -> str | NncliError:
    """The resolved config of a text, or why there is none."""
    (folder / FILE).write_text(text, encoding="utf-8")
    try:
        return check(str(folder / FILE)).resolved
    except NncliError as error:
        return error


def refused_well(error: NncliError, folder: Path) -> None:
    message = str(error).replace(f"{folder}/", "")
    assert error.exit_code == 2
    assert "Traceback" not in message
    assert max(map(len, message.splitlines())) <= LONGEST_LINE, message
    assert isinstance(error, ConfigError), message
    assert all(PLACE.match(line) for line in message.splitlines()[:-1] if not line.startswith("    ")), message


def refused_or_seen(name: str, values: Any, text: str, folder: Path) -> str:
    """What came of an edited config, which is refused well, or is another one, or means the same."""
    before, after = resolved(folder, name), outcome(folder, text)
    if isinstance(after, NncliError):
        refused_well(after, folder)
    else:
        assert after != before or meaning(values) == meaning(CONFIGS[name]), f"ignored without a word:\n{text}"
    return str(after)


def edited_and_checked(data: st.DataObject, folder: Path, edit: Edit) -> None:
    """One of the configs with one edit."""
    name = data.draw(st.sampled_from(sorted(CONFIGS)))
    values = copy.deepcopy(CONFIGS[name])
    text = edit(data, values)
    told = refused_or_seen(name, values, text, folder)
    assert edit is not say_twice or "duplicate key" in told, text


def often(count: int, **more: Any) -> Any:
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, **more)


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_the_configs_are_good(name: str, folder: Path) -> None:
    assert resolved(folder, name)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("momentum", ("loss",), {"type": "binary_cross_entropy", "from_logits": False}),
        ("momentum", ("data", "train", "classes"), ["2", "5"]),
        ("momentum", ("training", "clip_norm"), 1.0),
        ("momentum", ("model", 0, "initializer"), "xavier"),
        ("convolution", ("model", 0, "initializer"), {"type": "he"}),
        ("convolution", ("training", "checkpoint", "monitor"), "val_loss"),
        ("references", ("data", "test", "fraction"), 0.1),
        ("regression", ("optimizer",), "sgd"),
        ("regression", ("data", "validation"), None),
    ],
)
def test_two_ways_to_say_the_same_are_resolved_alike(name: str, path: Keys, value: Any, folder: Path) -> None:
    values = copy.deepcopy(CONFIGS[name])
    put(values, path, value)
    assert meaning(values) == meaning(CONFIGS[name])
    assert outcome(folder, written(values)) == resolved(folder, name)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_no_edit_is_ignored(edit: Edit, folder: Path) -> None:
    @given(st.data())
    @often(34)
    def every_edit(data: st.DataObject) -> None:
        edited_and_checked(data, folder, edit)

    every_edit()


@pytest.mark.parametrize("name", first(2, CONFIGS))
def test_no_value_of_almost_the_right_type_is_taken_for_another(name: str, folder: Path) -> None:
    for path, old in inside(CONFIGS[name]):
        for value in () if isinstance(old, dict | list) else almost(old):
            if repr(value) == repr(old):
                continue
            values = copy.deepcopy(CONFIGS[name])
            put(values, path, value)
            refused_or_seen(name, values, written(values), folder)


@pytest.mark.parametrize("edit", [misspell, take_another_key, move], ids=lambda edit: edit.__name__)
def test_a_builder_that_ignores_unknown_keys_is_found_out(
    edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Builder.fields

    def lenient(self: Builder, cls: Any, values: Any, path: Any) -> Any:
        return strict(self, cls, {key: item for key, item in values.items() if key in field_types(cls)}, path)

    for name in CONFIGS:
        resolved(folder, name)
    monkeypatch.setattr(Builder, "fields", lenient)

    @given(st.data())
    @often(30, phases=[Phase.generate], report_multiple_bugs=False)
    def every_edit(data: st.DataObject) -> None:
        edited_and_checked(data, folder, edit)

    with pytest.raises(AssertionError, match="ignored without a word"):
        every_edit()
