"""Every edit of a valid config is either rejected with a position or changes the resolved config; none is ignored."""

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
MAX_LINE_LENGTH = 400

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


# Paths and YAML.


def iterate_paths(value: Any, path: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Yield every path inside a value, with the value at that path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key), item
        yield from iterate_paths(item, (*path, key))


def value_at(values: Any, path: Keys) -> Any:
    for key in path:
        values = values[key]
    return values


def set_value(values: Any, path: Keys, value: Any) -> None:
    value_at(values, path[:-1])[path[-1]] = value


def to_text(value: Any, twice: Keys | None = None, path: Keys = ()) -> str:
    """Write values as YAML, one pair per line; the key at the path `twice` is written twice."""
    if isinstance(value, dict):
        pairs = []
        for key, item in value.items():
            inner = (*path, key)
            pairs += [f"{json.dumps(key)}: {to_text(item, twice, inner)}"] * (2 if inner == twice else 1)
        return "{" + ",\n".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(to_text(item, twice, (*path, index)) for index, item in enumerate(value)) + "]"
    return json.dumps(value)


# A normal form of configs, computed without nncli: full names, resolved references, no default values.

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
NAMES = {
    "loss",
    "optimizer",
    "initializer",
    "scale_inputs",
    "scale_targets",
}  # here a bare name stands for {type: name}
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


def normalize(values: Any) -> Any:
    """Return the normal form of a config, which is equal for equivalent configs."""
    full = fill_initializers(expand_names(resolve_references(values, values), ""))
    return drop_defaults(full, "", bool(values["data"].get("validation")))


def resolve_references(value: Any, root: Any) -> Any:
    """Replace references by their values."""
    if isinstance(value, dict):
        return {key: resolve_references(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve_references(item, root) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = re.fullmatch(r"\$\{([^{}]*)\}", value)
    if whole:
        return resolve_reference(whole[1], root)
    return re.sub(r"\$\{([^{}]*)\}", lambda found: str(resolve_reference(found[1], root)), value)


def resolve_reference(dotted: str, root: Any) -> Any:
    value = root
    for key in dotted.split("."):
        value = value[int(key) if isinstance(value, list) else key]
    return resolve_references(value, root)


def expand_names(value: Any, key: str) -> Any:
    """Expand names, and turn labels and booleans to text, since True == 1 in Python."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if key in NAMES and isinstance(value, str):
        return {"type": ALIASES.get(value, value)}
    if isinstance(value, dict):
        return {
            name: ALIASES.get(item, item) if name == "type" and isinstance(item, str) else expand_names(item, name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        kind = "loss" if key in LISTS_OF_NAMES else ""
        labels = key == "classes"
        return [str(item) if labels and type(item) is int else expand_names(item, kind) for item in value]
    return value


def fill_initializers(values: Any) -> Any:
    """Fill in the default initializers: he before relu, otherwise xavier."""
    layers = list(leaves(values["model"]))
    for index, item in enumerate(layers):
        if item["type"] in WITH_WEIGHTS and item.get("initializer") is None:
            item["initializer"] = {"type": default_initializer([other["type"] for other in layers[index + 1 :]])}
    return values


def leaves(layers: Any) -> Iterator[Any]:
    for item in layers:
        if item["type"] == "sequential":
            yield from leaves(item["layers"])
        else:
            yield item


def default_initializer(following: list[str]) -> str:
    first = next((name for name in following if name in ACTIVATIONS | WITH_WEIGHTS), "")
    return "he" if first == "relu" else "xavier"


def drop_defaults(value: Any, key: str, validated: bool) -> Any:
    """Remove the keys whose values are the defaults."""
    if isinstance(value, list):
        return [drop_defaults(item, "", validated) for item in value]
    if not isinstance(value, dict):
        return value
    defaults = DEFAULTS.get(value.get("type", key) if isinstance(value.get("type", key), str) else key, {})
    if key in ("early_stopping", "checkpoint"):
        defaults = defaults | {"monitor": "val_loss" if validated else "train_loss"}
        value = {name: item for name, item in value.items() if name != "monitor" or item is not None}
    short = {name: drop_defaults(item, name, validated) for name, item in value.items()}
    return {name: item for name, item in short.items() if name not in defaults or defaults[name] != item}


# The edits: each changes the values and returns them as YAML.

OTHER_VALUES = [
    *(None, True, False, 0, 1, -1, 2, 10, 0.5, 2.5, 1.0, "", "text", "10", "0.5", "yes", "relu", "adam", "same"),
    *([], {}, [1], [2, 2], [None], ["accuracy"], {"type": "relu"}, {"fraction": 0.5}, {"type": None}, {"units": 10}),
]
ALL_KEYS = sorted(
    {path[-1] for values in CONFIGS.values() for path, _ in iterate_paths(values) if isinstance(path[-1], str)}
)


def draw_path(data: st.DataObject, values: Any, wanted: Callable[[Keys, Any], bool]) -> Keys:
    found = [path for path, item in iterate_paths(values) if wanted(path, item)]
    assume(found)
    return data.draw(st.sampled_from(found))


def draw_key(data: st.DataObject, values: Any) -> Keys:
    return draw_path(data, values, lambda path, item: isinstance(path[-1], str))


def draw_any(data: st.DataObject, values: Any) -> Keys:
    return draw_path(data, values, lambda path, item: True)


def rename(values: Any, path: Keys, name: str) -> None:
    """Rename a key without changing the order."""
    mapping = value_at(values, path[:-1])
    assume(name not in mapping)
    items = [(name if key == path[-1] else key, item) for key, item in mapping.items()]
    mapping.clear()
    mapping.update(items)


def drop(data: st.DataObject, values: Any) -> str:
    path = draw_any(data, values)
    del value_at(values, path[:-1])[path[-1]]
    return to_text(values)


def misspell(data: st.DataObject, values: Any) -> str:
    path = draw_key(data, values)
    key = path[-1]
    where = data.draw(st.integers(0, len(key) - 1))
    before, letter, after = key[:where], key[where], key[where + 1 :]
    slips = [before + after, before + letter + letter + after, before + "x" + after, before + letter.upper() + after]
    rename(values, path, data.draw(st.sampled_from([*slips, key.replace("_", "-"), key + "s", key + " "])))
    return to_text(values)


def replace_key(data: st.DataObject, values: Any) -> str:
    path = draw_key(data, values)
    rename(values, path, data.draw(st.sampled_from(ALL_KEYS)))
    return to_text(values)


def retype(data: st.DataObject, values: Any) -> str:
    path = draw_path(data, values, lambda path, item: not isinstance(item, dict | list))
    old = value_at(values, path)
    new = data.draw(st.sampled_from(similar_values(old)) | st.sampled_from(OTHER_VALUES))
    set_value(values, path, copy.deepcopy(new))
    return to_text(values)


def similar_values(value: Any) -> list[Any]:
    """Return similar values: of another type, in a list or mapping, or with another case or a space."""
    if isinstance(value, bool):
        return [int(value), str(value).lower(), "yes" if value else "no"]
    if isinstance(value, int | float):
        return [float(value), int(value), str(value), bool(value)]
    return [[value], {"type": value}, f"{value} ", str(value).upper()]


def duplicate(data: st.DataObject, values: Any) -> str:
    return to_text(values, twice=draw_key(data, values))


def wrap(data: st.DataObject, values: Any) -> str:
    path = draw_any(data, values)
    key = data.draw(st.sampled_from(["", "type", "value", *ALL_KEYS]))
    set_value(values, path, {key: value_at(values, path)} if key else [value_at(values, path)])
    return to_text(values)


def lift(data: st.DataObject, values: Any) -> str:
    path = draw_path(data, values, lambda path, item: isinstance(path[-1], str) and isinstance(item, dict))
    mapping = value_at(values, path[:-1])
    mapping |= mapping.pop(path[-1])
    return to_text(values)


def move(data: st.DataObject, values: Any) -> str:
    path = draw_key(data, values)
    item = value_at(values, path[:-1]).pop(path[-1])
    to = data.draw(st.sampled_from([(), *(other for other, there in iterate_paths(values) if isinstance(there, dict))]))
    assume(path[-1] not in value_at(values, to))
    value_at(values, to)[path[-1]] = item
    return to_text(values)


def swap(data: st.DataObject, values: Any) -> str:
    one, other = draw_any(data, values), draw_any(data, values)
    assume(one[: len(other)] != other and other[: len(one)] != one)
    first, second = value_at(values, one), value_at(values, other)
    set_value(values, one, second)
    set_value(values, other, first)
    return to_text(values)


EDITS: list[Edit] = [drop, misspell, replace_key, retype, duplicate, wrap, lift, move, swap]


# The property.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edits")


@cache
def resolved(folder: Path, name: str) -> str:
    """Return the resolved config of an unedited config."""
    found = resolve_or_fail(folder, to_text(CONFIGS[name]))
    assert isinstance(found, str), found
    return found


def resolve_or_fail(folder: Path, text: str) -> str | NncliError:
    """Return the resolved config of a text, or the error."""
    (folder / FILE).write_text(text, encoding="utf-8")
    try:
        return check(str(folder / FILE)).resolved
    except NncliError as error:
        return error


def assert_good_message(error: NncliError, folder: Path) -> None:
    message = str(error).replace(f"{folder}/", "")
    assert error.exit_code == 2
    assert "Traceback" not in message
    assert max(map(len, message.splitlines())) <= MAX_LINE_LENGTH, message
    assert isinstance(error, ConfigError), message
    assert all(PLACE.match(line) for line in message.splitlines()[:-1] if not line.startswith("    ")), message


def assert_not_ignored(name: str, values: Any, text: str, folder: Path) -> str:
    """Assert that an edited config is rejected, resolves differently or means the same; return the result as text."""
    before, after = resolved(folder, name), resolve_or_fail(folder, text)
    if isinstance(after, NncliError):
        assert_good_message(after, folder)
    else:
        assert after != before or normalize(values) == normalize(CONFIGS[name]), f"silently ignored:\n{text}"
    return str(after)


def edit_and_check(data: st.DataObject, folder: Path, edit: Edit) -> None:
    """Apply an edit to one of the configs and check the result."""
    name = data.draw(st.sampled_from(sorted(CONFIGS)))
    values = copy.deepcopy(CONFIGS[name])
    text = edit(data, values)
    result = assert_not_ignored(name, values, text, folder)
    assert edit is not duplicate or "duplicate key" in result, text


def hypothesis_settings(count: int, **more: Any) -> Any:
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, **more)


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_the_unedited_configs_are_valid(name: str, folder: Path) -> None:
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
def test_equivalent_configs_resolve_to_the_same_config(name: str, path: Keys, value: Any, folder: Path) -> None:
    values = copy.deepcopy(CONFIGS[name])
    set_value(values, path, value)
    assert normalize(values) == normalize(CONFIGS[name])
    assert resolve_or_fail(folder, to_text(values)) == resolved(folder, name)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_no_edit_is_ignored(edit: Edit, folder: Path) -> None:
    @given(st.data())
    @hypothesis_settings(34)
    def every_edit(data: st.DataObject) -> None:
        edit_and_check(data, folder, edit)

    every_edit()


@pytest.mark.parametrize("name", first(2, CONFIGS))
def test_similar_values_are_not_ignored(name: str, folder: Path) -> None:
    for path, old in iterate_paths(CONFIGS[name]):
        for value in () if isinstance(old, dict | list) else similar_values(old):
            if repr(value) == repr(old):
                continue
            values = copy.deepcopy(CONFIGS[name])
            set_value(values, path, value)
            assert_not_ignored(name, values, to_text(values), folder)


@pytest.mark.parametrize("edit", [misspell, replace_key, move], ids=lambda edit: edit.__name__)
def test_a_builder_that_ignores_unknown_keys_is_caught(
    edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Builder.fields

    def lenient(self: Builder, cls: Any, values: Any, path: Any) -> Any:
        return strict(self, cls, {key: item for key, item in values.items() if key in field_types(cls)}, path)

    for name in CONFIGS:
        resolved(folder, name)
    monkeypatch.setattr(Builder, "fields", lenient)

    @given(st.data())
    @hypothesis_settings(30, phases=[Phase.generate], report_multiple_bugs=False)
    def every_edit(data: st.DataObject) -> None:
        edit_and_check(data, folder, edit)

    with pytest.raises(AssertionError, match="silently ignored"):
        every_edit()
