"""Compare nncli with results of PyTorch and scikit-learn, which the scripts `make_*.py` stored in `cases`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.registry import LAYERS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from nncli.optim.driver import Driver
from nncli.optim.schedule import ScheduleContext
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau

FILES = sorted(Path(__file__).with_name("cases").glob("*.npz"))


def read():
    """Return ({FILE/NAME: description}, {FILE/NAME: {ARRAY: array}})."""
    described, arrays = {}, {}
    for path in FILES:
        with np.load(path, allow_pickle=False) as file:
            for case in json.loads(file["cases"].tobytes())["cases"]:
                described[f"{path.stem}/{case['name']}"] = case
            for name in file.files:
                if name != "cases":
                    case, _, array = name.partition("/")
                    arrays.setdefault(f"{path.stem}/{case}", {})[array] = file[name]
    return described, arrays


CASES, ARRAYS = read()


def for_cases_of(kind):
    """Run a test for all cases of one kind, each with its description and its arrays by name."""
    chosen = {name: case for name, case in CASES.items() if case["kind"] == kind}
    values = [(case, ARRAYS[name]) for name, case in chosen.items()]
    names = ["-".join(str(part) for part in (name, *label(case))) for name, case in chosen.items()]
    return pytest.mark.parametrize(("case", "arrays"), values, ids=names)


def label(case):
    return [f"{value}".replace(" ", "") for value in case.get("config", {"about": case.get("about")}).values()]


def agree(found, expected, tolerance=1e-12):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_files_are_small_and_have_cases_of_every_kind():
    assert all(path.stat().st_size < 200_000 for path in FILES)
    covered = {case["config"]["type"] for case in CASES.values() if "config" in case}
    covered |= {name for case in CASES.values() for name in case.get("values", ())}
    names = {name for registry in (LAYERS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES) for name in registry.names()}
    assert covered <= names
    assert covered >= {"dense", "conv2d", "max_pool2d", "avg_pool2d", "softmax", "cross_entropy", "adam", "sgd", "r2"}
    assert covered >= set(SCHEDULES.names())


@for_cases_of("layer")
def test_layers_match_pytorch(case, arrays):
    x = arrays["x"]
    network = Network(layers_of([case["config"]]), x.shape[1:], np.dtype(np.float64), seed=0)
    named = {name.split(".", 2)[2]: array for name, array in network.named().items()}  # names without INDEX.TYPE
    assert {f"p/{name}" for name in named} == {name for name in arrays if name.startswith("p/")}
    for name, array in named.items():
        array[...] = arrays[f"p/{name}"]
    run = Pass(network, 1, input_gradient=True)
    run.pass_state.training = case.get("training", False)
    run.gradient.fill(np.nan)
    y, backwards = run.forward(x)
    dx = run.backward(arrays["dy"].copy(), backwards)
    agree(y, arrays["y"])
    if "dx" in arrays:
        agree(dx, arrays["dx"])
    trained = {slot.name for slot in network.layout.slots if slot.spec.trainable}
    for name, gradient in network.layout.named(run.gradient).items():
        if (key := f"g/{name.split('.', 2)[2]}") in arrays:
            agree(gradient, arrays[key])
        else:
            assert name not in trained


@for_cases_of("loss")
def test_losses_match_pytorch(case, arrays):
    loss = build(LOSSES, case["config"])
    output, weights = arrays["output"], arrays.get("weights")
    divisor = len(output) if weights is None else float(weights.sum())
    targets = loss.encode(arrays["targets"], output.shape[1:], output.dtype)
    _, total, backward = loss.forward(output, targets, weights)
    agree(total / divisor, arrays["loss"])
    agree(backward(1 / divisor), arrays["gradient"])


@for_cases_of("optimizer")
def test_ten_steps_of_optimizers_match_pytorch(case, arrays):
    parameters = arrays["start"].copy()
    rule = build(OPTIMIZERS, case["config"])
    driver = Driver(rule, parameters, case.get("decayed"))
    assert len(arrays["gradients"]) == len(arrays["path"]) == 10
    for gradient, expected in zip(arrays["gradients"], arrays["path"], strict=True):
        driver.step(gradient, rule.learning_rate)
        np.testing.assert_allclose(parameters, expected, rtol=1e-12)


@for_cases_of("schedule")
def test_schedules_match_pytorch(case, arrays):
    schedule, context = build(SCHEDULES, case["config"]), ScheduleContext(case["steps_per_epoch"], case["epochs"])
    assert len(arrays["rates"]) == context.steps_per_epoch * context.epochs
    agree([schedule.at(step, context) for step in range(len(arrays["rates"]))], arrays["rates"])


@for_cases_of("plateau")
def test_reduce_on_plateau_matches_pytorch(case, arrays):
    schedule = build(SCHEDULES, case["config"])
    plateau = Plateau(Monitor("x", case["mode"] == "max", schedule.min_delta), schedule.patience, schedule.cooldown)
    found = []
    for epoch, value in enumerate(arrays["values"].tolist(), 1):
        plateau.update({"epoch": epoch, "x": value})
        found.append(schedule.at(epoch, ScheduleContext(1, 40, plateau.reductions)))
    agree(found, arrays["rates"])
    assert plateau.reductions > 1


@for_cases_of("network")
def test_ten_steps_of_a_network_match_pytorch(case, arrays):
    x = arrays["x"]
    network = Network(layers_of(case["model"]), x.shape[1:], np.dtype(np.float64), seed=0)
    for name, array in network.named().items():
        array[:] = arrays[name]
    run = Pass(network, len(case["model"]))
    loss, rule = build(LOSSES, {"type": "cross_entropy", "from_logits": True}), build(OPTIMIZERS, case["config"])
    driver = Driver(rule, network.vector)
    for expected in arrays["losses"]:
        output, backwards = run.forward(x)
        _, total, backward = loss.forward(output, arrays["targets"], None)
        agree(total / len(x), expected, 1e-10)
        assert run.backward(backward(1 / len(x)), backwards) is None
        driver.step(run.gradient, rule.learning_rate)
    for name, array in network.named().items():
        agree(array, arrays[f"end/{name}"], 1e-10)


@for_cases_of("metric")
def test_metrics_match_scikit_learn(case, arrays):
    for name, expected in case["values"].items():
        metric = build(METRICS, name)
        state = metric.measure(arrays["prediction"], arrays["targets"], arrays.get("weights"))
        assert metric.finish(state) == pytest.approx(expected, rel=1e-9, abs=1e-12)
