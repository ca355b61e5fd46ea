"""Test that plugins are loaded only if a command names them, checked before training, and recorded in checkpoints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import CheckpointError, ConfigError, RunError, StoppedError, UserError
from nncli.core.registry import LAYERS, REGISTRIES
from nncli.lifecycle import plugin_files
from nncli.lifecycle.plugin_files import load_plugins
from nncli.lifecycle.plugin_record import changed_plugins, missing_plugins
from nncli.runs.checkpoint import read_meta
from nncli.workflows.check import check
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.predict import predict
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at

SCALE = """\
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt

import nncli
from nncli.nn.layer import Layer


@nncli.layer("scale", "times")
@dataclass(frozen=True)
class Scale(Layer):
    '''Multiply by a constant: y = factor * x.'''

    factor: Annotated[float, Gt(0)] = 2.0

    def forward(self, p, x, ctx):
        return x * x.dtype.type(self.factor), lambda dy, g: dy * self.factor
"""
OTHERS = """\
from dataclasses import dataclass

import numpy as np

import nncli
from nncli.data.rows import array_rows
from nncli.data.source import Source
from nncli.nn.initializer import Initializer
from nncli.nn.losses import MeanSquaredError
from nncli.nn.metric import Metric
from nncli.optim.optimizer import Optimizer


@nncli.source("ramp")
@dataclass(frozen=True, kw_only=True)
class Ramp(Source):
    rows: int

    def read(self, *, targets=True):
        x = np.linspace(-1, 1, self.rows)[:, None]
        return array_rows(x, 3 * x if targets else None, "ramp", "ramp", "y")


@nncli.loss("half_squared_error")
@dataclass(frozen=True)
class HalfSquaredError(MeanSquaredError):
    pass


@nncli.metric("largest_error")
@dataclass(frozen=True)
class LargestError(Metric):
    def measure(self, prediction, targets, weights):
        return np.array([np.abs(prediction - targets).max(initial=0)])

    def merge(self, a, b):
        return np.maximum(a, b) if a.size and b.size else a if a.size else b

    def finish(self, state):
        return float(state[0])


@nncli.optimizer("signs")
@dataclass(frozen=True)
class Signs(Optimizer):
    learning_rate: float = 0.05

    def direction(self, g, state, step, rate, u):
        np.sign(g, out=u)
        u *= rate


@nncli.initializer("ones")
@dataclass(frozen=True)
class Ones(Initializer):
    def draw(self, random, shape, fan_in, fan_out):
        return np.ones(shape)
"""


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    """Unload all plugins before and after every test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plugin_files, "_loaded", {})
    yield
    forget_all()


def forget_all():
    """Unload all plugins, as in a new process."""
    plugin_files._loaded.clear()
    for registry in REGISTRIES:
        for cls in list(registry):
            if cls.__module__.startswith("nncli_plugin_"):
                registry.forget(cls.__module__)


@pytest.fixture
def scaled(tmp_path):
    """Write a config that uses the plugin scale.py, and load the plugin."""
    (tmp_path / "scale.py").write_text(SCALE)
    load_plugins(["scale.py"])
    values = tiny.classifier()
    values["model"].insert(0, {"type": "scale", "factor": 0.5})
    return tiny.write(tmp_path, values)


def refused(text, name="mine.py"):
    """Return the message of the error that loading a plugin with this text raises."""
    Path(name).write_text(text)
    with pytest.raises(UserError) as caught:
        load_plugins([name])
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plugin_layer_is_checked_like_a_built_in_one(scaled):
    assert check(scaled).plan.layers[0].name == "0.scale"
    assert check(scaled, ["model.0=times"]).resolved.count("type: scale, factor: 2.0")
    for setting, message in {
        "model.0.factor=-1": "model.0.factor: expected a number above 0; got -1",
        "model.0.factr=1": "unknown key 'factr' for scale; did you mean 'factor'? Known: factor",
        "model.0.type=scal": "unknown layer 'scal'; did you mean 'scale'?",
    }.items():
        with pytest.raises(ConfigError) as caught:
            check(scaled, [setting])
        assert message in str(caught.value)


def test_plugins_can_register_classes_of_every_kind(tmp_path):
    (tmp_path / "others.py").write_text(OTHERS)
    load_plugins(["others.py"])
    (tmp_path / "ramp.yaml").write_text(
        "data: {train: {type: ramp, rows: 40}, validation: {rows: 10}}\n"
        "model: [{type: dense, units: 1, initializer: ones}]\nloss: half_squared_error\noptimizer: signs\n"
        "metrics: [largest_error]\ntraining: {epochs: 30, batch_size: 10}\n"
    )
    ended = train("ramp.yaml", run_dir="run")
    assert ended.best["val_largest_error"] < 0.1
    meta = read_meta("run/checkpoints/best.npz")
    (entry,) = meta["plugins"]
    assert entry["registers"] == [
        "initializer ones",
        "loss half_squared_error",
        "metric largest_error",
        "optimizer signs",
        "source ramp",
    ]
    forget_all()
    with pytest.raises(CheckpointError, match=r"'ones' of the plugin others.py; load it with --plugin others.py"):
        predict("run", "x.npy")


def test_a_checkpoint_records_its_plugins_but_does_not_load_them(scaled, tmp_path):
    train(scaled, run_dir="run")
    best = "run/checkpoints/best.npz"
    (entry,) = read_meta(best)["plugins"]
    assert entry["name"] == "scale.py"
    assert len(entry["sha256"]) == 64
    assert entry["registers"] == ["layer scale"]
    assert json.loads(Path("run/environment.json").read_text())["plugins"][0]["path"] == "scale.py"
    before = np.concatenate(list(predict("run", "sides.csv").arrays()))

    forget_all()  # scale.py exists, but no command names it
    for use in (lambda: predict(best, "sides.csv"), lambda: evaluate(best)):
        with pytest.raises(CheckpointError) as caught:
            use()
        message = "uses the layer 'scale' of the plugin scale.py; load it with --plugin scale.py"
        assert str(caught.value) == f"{best}: {message}"
    with pytest.raises(RunError, match=r"^run: uses the layer 'scale' of the plugin scale.py; load it with --plugin"):
        resume("run")
    assert LAYERS.find("scale") is None
    assert inspect("run")["plugins"] == [entry]  # inspect needs no plugin

    load_plugins(["scale.py"])
    np.testing.assert_array_equal(np.concatenate(list(predict("run", "sides.csv").arrays())), before)


def test_a_changed_plugin_gives_a_note_when_predicting_and_an_error_when_resuming(scaled, tmp_path):
    train(scaled, run_dir="run")
    forget_all()
    (tmp_path / "scale.py").write_text(SCALE.replace("x * x.dtype", "2 * x * x.dtype"))
    load_plugins(["scale.py"])
    found = predict("run", "sides.csv")
    list(found.arrays())
    assert found.notes == ["the plugin scale.py is not the same as in training"]
    assert "the plugin scale.py is not the same as in training" in evaluate("run").notes
    with pytest.raises(RunError, match=r"the plugin scale.py has changed since the run began"):
        resume("run", ["training.epochs=9"])


def test_a_run_with_a_plugin_resumes(scaled):
    train(scaled, run_dir="run", settings=["training.epochs=2"])
    whole = train(scaled, run_dir="whole", settings=["training.epochs=4"])
    ended = resume("run", ["training.epochs=4"])
    assert ended.last["train_loss"] == whole.last["train_loss"]
    assert ended.options == " --plugin scale.py"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "mine.py: registers nothing; put a decorator such as @nncli.layer(NAME) above a class"),
        ("def f(:\n", "mine.py:1: invalid syntax; expected a Python file"),
        ("x = 1\ny = z\n", "mine.py:2: NameError: name 'z' is not defined"),
        ("import sys\nsys.exit(3)\n", "mine.py:2: SystemExit: 3"),
        (SCALE.replace('"scale", "times"', '"dense"'), "mine.py:10: "),
        (
            SCALE.replace("(Layer)", ""),
            "mine.py:10: the layer 'scale': class Scale has to derive from ",
        ),
        (
            SCALE.replace("@dataclass(frozen=True)\n", ""),
            "mine.py: the layer 'scale': put @dataclass(frozen=True) above class Scale, below @nncli.layer",
        ),
        (SCALE.replace("(frozen=True)", ""), "mine.py:11: TypeError: cannot inherit non-frozen dataclass"),
        (SCALE[: SCALE.index("@dataclass(")] + "def f(): pass\n", "mine.py:10: the layer 'scale': expected a class"),
        (SCALE.replace("def forward", "def forwards"), "mine.py: the layer 'scale': class Scale has no forward"),
        (
            SCALE.replace("Annotated[float, Gt(0)] = 2.0", "object = 2.0").replace("object", "complex | memoryview"),
            "mine.py: the layer 'scale': the annotation of 'factor' is not a type that a config can hold",
        ),
    ],
)
def test_invalid_plugins_are_refused(text, message):
    before = LAYERS.names()
    assert refused(text).startswith(message)
    assert LAYERS.names() == before
    Path("mine.py").write_text(SCALE)
    load_plugins(["mine.py"])  # the corrected file is accepted
    assert LAYERS.find("scale") is not None


def test_the_error_for_a_built_in_name_shows_the_built_in_class():
    message = refused(SCALE.replace('"scale", "times"', '"dense"'))
    assert "the layer 'dense' already exists: nncli.nn.layers.dense.Dense; choose another name" in message


def test_a_missing_plugin_suggests_the_nearest_name():
    Path("scale.py").write_text(SCALE)
    with pytest.raises(UserError, match=r"^no such plugin: scal.py; did you mean 'scale.py'\?"):
        load_plugins(["scal.py"])


def test_loading_a_plugin_writes_no_files(scaled, tmp_path):
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_plugin_named_twice_is_loaded_once(scaled):
    first = LAYERS.find("scale")
    load_plugins(["scale.py", "./scale.py"])
    assert LAYERS.find("scale") is first


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "return x * x.dtype.type(self.factor)",
            "return x[:, :1]",
            "says (4,), but forward returns rows of (1,)",
        ),
        ("x * x.dtype.type(self.factor)", "x.astype('f8')", "forward returns float64 instead of float32; use x.dtype"),
        ("return x * x.dtype", "x *= 2; return x * x.dtype", "forward and backward must not change x or p"),
        (
            "lambda dy, g: dy * self.factor",
            "lambda dy, g: None",
            "backward has to return the gradient of x, with the shape of x",
        ),
        ("lambda dy, g: dy * self.factor", "lambda dy: dy", "TypeError: "),
        (", lambda dy, g: dy * self.factor", "", "forward has to return the outputs and a function"),
        ("return x * x.dtype", "return x * y.dtype", "mine.py:18: NameError: name 'y' is not defined"),
        (
            "    def forward",
            "    def parameters(self, input_shape):\n"
            "        from nncli.nn.bias import BIAS\n"
            "        from nncli.nn.layer import ParameterSpec\n"
            "        return {'shift': ParameterSpec(input_shape, *BIAS)}\n\n    def forward",
            "backward has to assign every entry of g['shift']",
        ),
    ],
)
def test_faulty_plugin_layers_are_found_before_training(tmp_path, old, new, message):
    assert old in SCALE
    Path("mine.py").write_text(SCALE.replace(old, new))
    load_plugins(["mine.py"])
    values = tiny.classifier()
    values["model"].insert(1, {"type": "sequential", "layers": ["scale"]})  # after a layer with parameters
    with pytest.raises(ConfigError) as caught:
        check(tiny.write(tmp_path, values))
    assert "model.1.layers.0: a trial run of scale fails: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("stored", [None, 3, ["x"], [{"name": "a.py"}], [{"name": "a.py", "registers": ["cow x", 3]}]])
def test_invalid_records_of_plugins_are_ignored(stored, scaled):
    assert missing_plugins(stored) is None
    assert changed_plugins(stored, load_spec(scaled)) == []


def load_spec(config):
    """Return the spec of a config."""
    from nncli.assemble.load_config import load_config

    return load_config(config).spec


def test_the_error_for_a_name_of_another_plugin_shows_the_file_of_that_plugin():
    Path("first.py").write_text(SCALE)
    load_plugins(["first.py"])
    assert "the layer 'scale' already exists: Scale of first.py; choose another name" in refused(SCALE, "second.py")


EMBEDDING = """\
from dataclasses import dataclass

import numpy as np

import nncli
from nncli.nn.initializers import Normal
from nncli.nn.layer import Layer, ParameterSpec


@nncli.layer("lookup")
@dataclass(frozen=True)
class Lookup(Layer):
    rows: int

    def output_shape(self, input_shape):
        (columns,) = input_shape
        return (columns,)

    def parameters(self, input_shape):
        return {"table": ParameterSpec((self.rows,), Normal(std=0.1))}

    def forward(self, p, x, ctx):
        index = x.astype(int)
        if (index < 0).any():
            raise ValueError("negative")

        def backward(dy, g):
            g["table"][...] = np.bincount(index.ravel(), dy.ravel(), self.rows)

        return p["table"][index], backward
"""


def test_a_first_layer_with_integer_inputs_needs_no_input_gradient():
    Path("lookup.py").write_text(EMBEDDING)
    load_plugins(["lookup.py"])
    np.savez("a.npz", x=np.arange(60).reshape(20, 3) % 7, y=np.arange(20) % 2)
    Path("a.yaml").write_text(
        "data: {train: {path: a.npz}}\nmodel: [{type: lookup, rows: 7}, {type: dense, units: 2}, softmax]\n"
        "loss: cross_entropy\noptimizer: adam\ntraining: {epochs: 1}\n"
    )
    assert train("a.yaml", run_dir="run").best["train_loss"] > 0
    with pytest.raises(ConfigError, match=r"model.1: output_shape of lookup fails for \(3, 1\): lookup.py:16: ValueE"):
        check("a.yaml", ["model=[{type: reshape, shape: [3, 1]}, {type: lookup, rows: 7}, {type: dense, units: 2}]"])


def test_a_changed_plugin_file_is_loaded_again():
    Path("scale.py").write_text(SCALE)
    load_plugins(["scale.py"])
    Path("scale.py").write_text("broken(")
    with pytest.raises(UserError):
        load_plugins(["scale.py"])
    Path("scale.py").write_text(SCALE)
    load_plugins(["scale.py"])
    assert LAYERS.find("scale") is not None
    Path("scale.py").write_text(SCALE.replace("scale", "stretch"))
    load_plugins(["scale.py"])
    assert LAYERS.find("scale") is None
    assert LAYERS.find("stretch") is not None


BRANCHES = """\
from dataclasses import dataclass
from typing import Annotated

import numpy as np

import nncli
from nncli.core.registry import LAYERS
from nncli.nn.layer import Layer


@nncli.layer("side_by_side")
@dataclass(frozen=True)
class SideBySide(Layer):
    layers: tuple[Annotated[Layer, LAYERS], ...]

    def children(self):
        return {f"{i}.{layer.type_name}": layer for i, layer in enumerate(self.layers)}

    def output_shape(self, input_shape):
        return (sum(layer.output_shape(input_shape)[0] for layer in self.layers),)

    def parameters(self, input_shape):
        return {name: layer.parameters(input_shape) for name, layer in self.children().items()}

    def forward(self, p, x, ctx):
        names = list(self.children())
        done = [layer.forward(p[n], x, ctx.children[n]) for n, layer in zip(names, self.layers)]
        edges = np.cumsum([y.shape[1] for y, _ in done])[:-1]

        def backward(dy, g):
            parts = np.split(dy, edges, axis=1)
            found = [b(np.ascontiguousarray(part), g[n]) for n, (_, b), part in zip(names, done, parts)]
            return sum(found) if ctx.input_gradient else None

        return np.concatenate([y for y, _ in done], axis=1), backward
"""


def test_a_plugin_can_define_a_container_with_parallel_branches():
    Path("beside.py").write_text(BRANCHES)
    load_plugins(["beside.py"])
    values = tiny.classifier(loss="cross_entropy")
    five = {"type": "dense", "units": 5}
    values["model"] = [five, {"type": "side_by_side", "layers": [{"type": "dense", "units": 1}] * 2}, "softmax"]
    ended = train(tiny.write(Path(), values), run_dir="run")
    assert ended.best["train_loss"] < 1
    assert predict("run", "sides.csv").header == ["left", "right"]


def test_an_error_inside_a_container_is_reported_once():
    Path("mine.py").write_text(SCALE.replace("return x * x.dtype", "raise OSError('no'); return x * x.dtype"))
    load_plugins(["mine.py"])
    values = tiny.classifier()
    values["model"].insert(1, {"type": "sequential", "layers": ["scale", "tanh"]})
    with pytest.raises(
        ConfigError, match=r"model.1.layers.0: a trial run of scale fails: mine.py:18: OSError: no"
    ) as caught:
        check(tiny.write(Path(), values))
    assert len(caught.value.problems) == 1


CUSTOM_METRIC = """
import numpy as np
import nncli
from nncli.nn.metric import Metric
from dataclasses import dataclass

@nncli.metric("hits")
@dataclass(frozen=True)
class Hits(Metric):
    '''The share of correct rows.'''
    target_kind = "classes"
    higher_is_better = True

    def measure(self, prediction, targets, weights):
        correct = (prediction.reshape(-1) > 0.5) == targets.reshape(-1)
        return STATE

    def merge(self, a, b):
        a += b
        return a

    def finish(self, state):
        return FINISH
"""


@pytest.mark.parametrize(
    ("state", "finish"),
    [
        ("np.array((correct.sum(), correct.size), float)", "state[0] / state[1]"),  # merge changes this array in place
        ("np.array((correct.sum(), correct.size))", "state[0] / state[1]"),  # a state of integers
        ("np.array((correct.sum(), correct.size), float)", "np.float32(state[0] / state[1])"),
        ("np.array((correct.sum(), correct.size), float)", "bool(state[0] > 5)"),
        ("[correct.sum(), correct.size]", "state[0] / state[1]"),
    ],
)
def test_a_run_with_a_plugin_metric_resumes(tmp_path, monkeypatch, state, finish):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(CUSTOM_METRIC.replace("STATE", state).replace("FINISH", finish))
    load_plugins(["mine.py"])
    config = tiny.write(tmp_path, tiny.classifier(metrics=["hits"]))
    train(config, run_dir="whole")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(5))
    resume("run")
    assert same("run", "whole")
    assert repro("run").same


def test_a_metric_whose_state_is_not_a_vector_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = CUSTOM_METRIC.replace("STATE", "np.ones((1, 2))").replace("FINISH", "1.0")
    Path("mine.py").write_text(source)
    load_plugins(["mine.py"])
    with pytest.raises(UserError, match=r"metric hits: measure gives the shape \(1, 2\); expected a vector"):
        train(tiny.write(tmp_path, tiny.classifier(metrics=["hits"])), run_dir="run")
