"""Test the estimated resources of a run."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import ConfigError
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.training import executor
from nncli.workflows.check import check
from tests.workflows import tiny


def test_the_estimate_matches_a_hand_computation(tmp_path):
    # 2 inputs, layers of 4 units and 1 unit, 42 training rows in batches of 16
    found = check(tiny.write(tmp_path, tiny.classifier())).plan
    assert [(layer.name, layer.output_shape, layer.parameters) for layer in found.layers] == [
        ("0.dense", (4,), 12),
        ("1.tanh", (4,), 0),
        ("2.dense", (1,), 5),
        ("3.sigmoid", (1,), 0),
    ]
    assert (found.parameters, found.batch_size, found.steps_per_epoch, found.epochs) == (17, 16, 3, 3)
    assert found.multiply_adds == 3 * 16 * (8 + 4)
    assert found.parameter_bytes == 4 * 4 * 17  # float32: weights, gradient and Adam's two vectors


def test_the_optimizers_state_is_counted(tmp_path):
    optimizer = {"type": "adamw", "amsgrad": True}
    assert check(tiny.write(tmp_path, tiny.classifier(optimizer=optimizer))).plan.parameter_bytes == 4 * 5 * 17


def test_the_estimate_covers_several_batches_per_step(tmp_path):
    config = tiny.write(tmp_path, tiny.classifier())
    found = check(config, ["training.batches_per_step=2"]).plan
    assert (found.batches_per_step, found.batches_per_epoch, found.steps_per_epoch) == (2, 3, 2)
    assert found.parameter_bytes == 4 * 5 * 17  # a fifth vector: the gradient summed over the batches of a step
    averaged = check(config, ["training.batches_per_step=2", "training.weight_averaging={}"]).plan
    assert averaged.parameter_bytes == 4 * 6 * 17
    assert (check(config, ["training.batches_per_step=9"]).plan.batches_per_step, found.batch_size) == (3, 16)


DENSE = [layer for size in (512, 512) for layer in ({"type": "dense", "units": size}, "relu")]
NARROW = [layer for size in (64, 64) for layer in ({"type": "dense", "units": size}, "tanh", "dropout")]
IMAGES = [
    {"type": "reshape", "shape": [16, 16, 1]},
    {"type": "conv2d", "filters": 8, "kernel_size": 3, "padding": "same"},
    "relu",
    {"type": "max_pool2d", "pool_size": 2},
    {"type": "conv2d", "filters": 16, "kernel_size": 3, "padding": "same"},
    "relu",
]
INSIDE = [{"type": "conv2d", "filters": 8, "kernel_size": 3, "padding": "same"}, "batch_norm", "relu"]
STEPS = [
    {"type": "reshape", "shape": [32, 8]},
    {"type": "lstm", "units": 24, "return_sequences": True},
    {"type": "gru", "units": 24},
]
BLOCKS = [*IMAGES[:3], *[{"type": "residual", "layers": INSIDE * 2}] * 3]


@pytest.mark.parametrize(("layers", "batch"), [(DENSE, 128), (NARROW, 2048), (IMAGES, 256), (BLOCKS, 64), (STEPS, 64)])
def test_the_estimated_memory_of_a_step_is_close_to_the_measured_one(tmp_path, monkeypatch, layers, batch):
    monkeypatch.setattr(executor, "SHARDS", 1)  # several shards may take less memory than estimated
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(batch, 256)), y=np.arange(batch) % 10)
    values = {
        "data": {"train": {"path": "a.npz"}},
        "model": [*layers, {"type": "dense", "units": 10}, "softmax"],
        "loss": "cross_entropy",
        "optimizer": "adam",
        "training": {"batch_size": batch},
    }
    config = tiny.write(tmp_path, values)
    session = load_config(config).session()
    rows = next(session.train.batches(batch))
    session.executor.loss_and_gradient(rows, RunningMetrics(()), seed=0, step=0)
    tracemalloc.start()
    session.executor.loss_and_gradient(rows, RunningMetrics(()), seed=0, step=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.5 < peak / check(config).plan.batch_bytes < 2


def test_a_model_larger_than_the_memory_is_reported_before_it_is_created(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny.write(tmp_path, tiny.classifier())
    with pytest.raises(ConfigError) as caught:
        check("config.yaml", ["model.0.units=100000000000"])
    first, last = str(caught.value).splitlines()
    # 4 vectors of 4e11 numbers and three arrays of 16 rows by 1e11 units, at 4 bytes per number
    assert "parameters, their optimizer and a batch take about 25,600 GB, but this machine has " in first
    assert ": model: 400,000,000,001 parameters" in first
    assert last == "1 problem in config.yaml; nothing was run"
    monkeypatch.setattr("nncli.assemble.load_config._memory", lambda: None)  # a system that does not report its memory
    assert check("config.yaml", ["model.0.units=100000000000"]).parameters == 400_000_000_001
