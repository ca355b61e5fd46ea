"""Test defaults, and the keys that validation and test sources inherit from train."""

from __future__ import annotations

import pytest

from nncli.config.draft import build_document
from nncli.config.reader import read_text
from nncli.core.fields import dump

REST = "model: [{type: dense, units: 1}]\nloss: mse\noptimizer: adam\n"


def spec_of(data, rest=REST, folder="/c"):
    """Build the spec of a config with a data section."""
    document = read_text(f"data: {data}\n{rest}", "a.yaml", folder)
    found = build_document(document)
    assert not found.problems, str(document.error(found.problems))
    return found.spec


def test_four_keys_are_required_and_the_others_have_documented_defaults():
    assert dump(spec_of("{train: {dataset: digits}}")) == {
        "name": None,
        "seed": 0,
        "dtype": "float32",
        "data": {
            "train": {"type": "dataset", "classes": None, "dataset": "digits"},
            "validation": None,
            "test": None,
            "scale_inputs": {"type": "none"},
            "scale_targets": {"type": "none"},
        },
        "model": [{"type": "dense", "units": 1, "bias": True, "initializer": None}],
        "loss": {"type": "mean_squared_error"},
        "optimizer": {
            "type": "adam",
            "learning_rate": 1e-3,
            "beta1": 0.9,
            "beta2": 0.999,
            "epsilon": 1e-8,
            "amsgrad": False,
        },
        "metrics": [],
        "training": {
            "epochs": 10,
            "batch_size": 32,
            "batches_per_step": 1,
            "shuffle": True,
            "clip_norm": None,
            "penalty": None,
            "weight_averaging": None,
            "early_stopping": None,
            "checkpoint": {"monitor": None, "every_epochs": 1, "every_steps": None, "keep": 1},
            "on_nonfinite": "stop",
            "class_weight": None,
            "threads": None,
        },
    }


def test_keys_that_are_left_out_get_their_defaults():
    rest = (
        "model: [{type: conv2d, filters: 2, kernel_size: 3}, {type: max_pool2d, pool_size: [2, 3]}, {type: dropout}]\n"
        "loss: cross_entropy\noptimizer: sgd\ntraining: {early_stopping: {}}\n"
    )
    spec = spec_of("{train: {dataset: digits}, validation: {fraction: 0.5}}", rest)
    convolution, pool, _ = spec.model
    assert (convolution.stride, convolution.padding, convolution.bias) == (1, "valid", True)
    assert pool.padding == "valid"
    assert pool.output_shape((4, 6, 1)) == (2, 2, 1), "the default stride of a pool is its size"
    assert (spec.optimizer.learning_rate, spec.optimizer.momentum, spec.optimizer.nesterov) == (1e-2, 0, False)
    assert (spec.training.early_stopping.patience, spec.training.early_stopping.min_delta) == (10, 0)
    assert spec.data.validation.stratify is False


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("{dataset: digits}", "dataset"),
        ("{path: a.csv, targets: y}", "table"),
        ("{path: a.tsv, targets: y}", "table"),
        ("{path: a.csv.gz, targets: y}", "table"),
        ("{path: a.tsv.gz, targets: y}", "table"),
        ("{path: a.npz}", "arrays"),
        ("{inputs: x.npy, targets: y.npy}", "arrays"),
        ("{path: folder/}", "images"),
        ("{path: folder}", "images"),
        ("{inputs: images-idx3-ubyte.gz, targets: labels-idx1-ubyte.gz}", "idx"),
        ("{inputs: train-images.idx3-ubyte, targets: labels.idx1-ubyte}", "idx"),
        ("{type: table, path: rows.txt, targets: y}", "table"),
    ],
)
def test_the_kind_of_a_source_is_inferred_from_its_keys(source, kind):
    assert spec_of(f"{{train: {source}}}").data.train.type_name == kind


def test_all_paths_become_absolute():
    spec = spec_of("{train: {inputs: ../x.npy, targets: y.npy}, test: {path: deep/t.npz}}")
    assert (spec.data.train.inputs, spec.data.train.targets) == ("/x.npy", "/c/y.npy")
    assert spec.data.test.path == "/c/deep/t.npz"


def test_names_of_arrays_in_a_file_are_not_paths():
    train = spec_of("{train: {path: a.npz, inputs: images, targets: labels}}").data.train
    assert (train.path, train.inputs, train.targets) == ("/c/a.npz", "images", "labels")


def test_a_table_inherits_every_key_but_the_path():
    data = "{train: {path: a.csv, targets: y, inputs: [u, v], missing: mean}, validation: {path: b.csv.gz}, "
    spec = spec_of(data + "test: {path: t.tsv, missing: error}}")
    train, validation, test = dump(spec.data.train), dump(spec.data.validation), dump(spec.data.test)
    assert validation == {**train, "path": "/c/b.csv.gz"}
    assert test == {**train, "path": "/c/t.tsv", "missing": "error"}


def test_array_sources_inherit_array_names_and_classes_but_not_files():
    spec = spec_of("{train: {path: a.npz, inputs: u, targets: v, classes: ['1', '2']}, test: {path: b.npz}}")
    assert dump(spec.data.test) == {**dump(spec.data.train), "path": "/c/b.npz"}
    spec = spec_of("{train: {inputs: x.npy, targets: y.npy, classes: ['1', '2']}, test: {inputs: a.npy}}")
    assert (spec.data.test.inputs, spec.data.test.targets, spec.data.test.classes) == ("/c/a.npy", None, ("1", "2"))


def test_a_source_of_another_kind_inherits_the_classes():
    spec = spec_of("{train: {dataset: digits, classes: ['5', '2']}, test: {path: b.npz}}")
    assert spec.data.test.classes == ("5", "2")


def test_an_explicit_type_is_inherited():
    spec = spec_of("{train: {type: table, path: a.txt, targets: y}, test: {path: b.txt}}")
    assert (spec.data.test.type_name, spec.data.test.targets) == ("table", "y")


def test_image_folders_inherit_keys(tmp_path, monkeypatch):
    for name in ("train.v2", "test.v2"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir("/")
    spec = spec_of("{train: {path: train.v2, mode: grey}, test: {path: test.v2}}", folder=str(tmp_path))
    assert (spec.data.test.type_name, spec.data.test.mode) == ("images", "grey")


def test_a_fraction_inherits_nothing():
    data = dump(spec_of("{train: {path: a.csv, targets: y, missing: mean}, validation: {fraction: 0.5}}").data)
    assert data["validation"] == {"fraction": 0.5, "stratify": False, "split": "random"}


@pytest.mark.parametrize("fraction", [0, 1, 1.5, -0.1, "half", True])
def test_a_fraction_is_between_0_and_1(fraction):
    text = f"data: {{train: {{dataset: digits}}, test: {{fraction: {fraction}}}}}\n{REST}"
    (problem,) = build_document(read_text(text, "a.yaml", "/c")).problems
    assert problem.path == ("data", "test", "fraction")
    assert problem.message.startswith("expected a number in (0, 1); got ")


def test_the_message_for_a_bare_path_shows_how_to_write_a_source():
    (problem,) = build_document(read_text(f"data: {{train: a.csv}}\n{REST}", "a.yaml", "/c")).problems
    assert problem.path == ("data", "train")
    assert "path" in problem.message, "the message must name the key for a file"
