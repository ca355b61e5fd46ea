"""Test `nncli.Model`."""

from __future__ import annotations

import os

import numpy as np
import pytest

import nncli
from nncli.core.errors import ConfigError, DataError, NonFiniteError, ShapeError, UserError
from nncli.data.scalers import StandardScaler
from nncli.nn.activations import Tanh
from nncli.nn.layers import Dense
from nncli.nn.losses import MeanSquaredError
from nncli.optim import SGD, Adam
from nncli.training import blas_threads
from nncli.workflows.train import train
from tests.workflows import tiny

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(50, 10, (40, 3))
Y = 1000 + X @ [30.0, -20, 10]
LABELS = np.where(X[:, 0] > 50, "big", "small")
LAYERS = [{"type": "dense", "units": 8}, "tanh", {"type": "dense", "units": 1}]


def regression(**keys):
    """Return a regression model."""
    settings = {"scale_inputs": "standard", "scale_targets": "standard", "metrics": ["rmse"], **keys}
    return nncli.Model(LAYERS, "mean_squared_error", {"type": "adam", "learning_rate": 0.01}, **settings)


def classifier(**keys):
    """Return a classification model."""
    return nncli.Model([*LAYERS, "sigmoid"], "bce", "adam", metrics=["accuracy"], scale_inputs="standard", **keys)


def bits(model):
    """Return the weights as bytes."""
    return {name: array.tobytes() for name, array in model.weights.items()}


def without_seconds(records):
    """Return records without the key `seconds`."""
    return [{name: value for name, value in record.items() if name != "seconds"} for record in records]


def test_names_mappings_and_objects_are_equivalent():
    models = [
        regression(),
        nncli.Model(
            [Dense(units=8), Tanh(), Dense(units=1)],
            MeanSquaredError(),
            Adam(learning_rate=0.01),
            metrics=["rmse"],
            scale_inputs=StandardScaler(),
            scale_targets={"type": "standard"},
        ),
        nncli.Model(
            [Dense(8), "tanh", {"type": "fc", "units": 1}],
            {"type": "mse"},
            {"type": "adam", "learning_rate": 1e-2},
            metrics=[{"type": "rmse"}],
            scale_inputs="standard",
            scale_targets="standard",
        ),
    ]
    for model in models:
        model.train(X, Y, epochs=2, verbose=False)
    assert bits(models[0]) == bits(models[1]) == bits(models[2])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nncli.Model([{"type": "dense", "unts": 3}], "mse"), "model.0.unts: unknown key 'unts' for dense; did"),
        (
            lambda: nncli.Model([{"type": "dense", "units": 0}], "mse"),
            "model.0.units: expected a whole number of at least 1",
        ),
        (lambda: nncli.Model(["relo"], "mse"), "model.0: unknown layer 'relo'; did you mean 'relu'"),
        (lambda: nncli.Model(["relu"], "msee"), "loss: unknown loss 'msee'; did you mean 'mse'"),
        (
            lambda: nncli.Model(["relu"], "mse", {"type": "adam", "learning_rate": -1}),
            "optimizer.learning_rate: expect",
        ),
        (lambda: nncli.Model(["relu"], "mse", metrics=["acc"]), "metrics.0: unknown metric 'acc'"),
        (lambda: nncli.Model(["relu"], "mse", scale_inputs="standart"), "scale_inputs: unknown scaler 'standart'"),
        (
            lambda: nncli.Model(["relu"], "mse", dtype="float16"),
            "dtype: expected one of float32, float64; got 'float16'",
        ),
        (lambda: nncli.Model(["relu"], "mse", seed=-1), "seed: expected a whole number of at least 0; got -1"),
        (lambda: nncli.Model([], "mse"), "model: expected at least one layer"),
        (lambda: Dense(units=0), "dense.units: expected a whole number of at least 1; got 0"),
        (lambda: SGD(learning_rate="fast"), "sgd.learning_rate: expected a number above 0 or a schedule; got 'fast'"),
        (
            lambda: regression().train(X, Y, epochs=0),
            "training.epochs: expected a whole number of at least 1; got 0",
        ),
        (
            lambda: regression().train(X, Y, clip=1),
            "training.clip: unknown key 'clip' for training; did you mean 'clip_",
        ),
    ],
)
def test_arguments_are_validated_as_in_a_config(make, words):
    with pytest.raises(ConfigError) as caught:
        make()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nncli.Model([{"type": "dense", "units": 2}], "mse").train(X, Y, verbose=False), "1 target, 2 units"),
        (lambda: classifier().train(X, np.arange(40), verbose=False), "40 classes, but 1 unit can only tell 2 "),
        (lambda: nncli.Model([{"type": "conv2d", "filters": 1, "kernel_size": 1}], "mse").train(X, Y), "conv2d wants "),
        (lambda: regression(metrics=["accuracy"]).train(X, Y, verbose=False), "accuracy measures class labels"),
        (lambda: regression().train(X, Y[:-1], verbose=False), "targets: 39 rows, but inputs has 40"),
        (lambda: regression().train(np.full((4, 3), np.nan), Y[:4], verbose=False), "inputs: row 0, column 0"),
    ],
)
def test_arrays_are_validated_like_data_files(make, words):
    with pytest.raises(UserError) as caught:
        make()
    assert words in str(caught.value)


def test_train_returns_records_and_adds_them_to_the_history():
    model = regression()
    records = model.train(X, Y, epochs=3, validation_data=(X[:10], Y[:10]), batch_size=16, verbose=False)
    assert [record["epoch"] for record in records] == [1, 2, 3]
    assert [record["step"] for record in records] == [3, 6, 9]
    assert set(records[0]) >= {"train_loss", "train_rmse", "val_loss", "val_rmse"}
    assert model.history == records


def test_verbose_writes_only_to_standard_error(capsys):
    regression().train(X, Y, epochs=2, verbose=False)
    assert capsys.readouterr() == ("", "")
    regression().train(X, Y, epochs=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert sum(line.startswith("epoch ") for line in err.splitlines()) == 2


def test_two_consecutive_trainings_equal_one_longer_training():
    reference, parts = regression(), regression()
    expected = reference.train(X, Y, epochs=5, verbose=False)
    parts.train(X, Y, epochs=2, verbose=False)
    parts.train(X, Y, epochs=3, verbose=False)
    assert without_seconds(parts.history) == without_seconds(expected)
    assert bits(parts) == bits(reference)


def test_one_epoch_equals_an_epoch_of_train():
    model, reference = regression(), regression()
    records = [model.one_epoch(X, Y, batch_size=16) for _ in range(2)]
    assert without_seconds(records) == without_seconds(reference.train(X, Y, epochs=2, batch_size=16, verbose=False))
    assert bits(model) == bits(reference)


def test_the_train_command_gives_the_same_bits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = tiny.regression(metrics=["rmse"])
    del values["data"]["validation"]
    run = train(tiny.write(tmp_path, values)).path
    table = np.loadtxt(tiny.LINE, delimiter=",", skiprows=1)
    model = nncli.Model(
        values["model"],
        "mse",
        values["optimizer"],
        metrics=["rmse"],
        scale_inputs="standard",
        scale_targets="standard",
    )
    model.train(table[:, :2], table[:, 2], epochs=3, batch_size=16, verbose=False)
    assert bits(nncli.Model.load(os.path.join(run, "checkpoints", "last.npz"))) == bits(model)


def test_predictions_are_in_original_units():
    model = regression()
    model.train(X, Y, epochs=400, verbose=False)
    prediction = model.predict(X)
    assert prediction.shape == (40, 1)
    assert np.sqrt(np.mean((prediction[:, 0] - Y) ** 2)) < 0.2 * Y.std()
    measured = model.evaluate(X, Y)
    assert measured["rmse"] == pytest.approx(np.sqrt(np.mean((prediction[:, 0] - Y) ** 2)), rel=1e-4)
    assert model.compute_loss(X, Y) == measured["loss"]
    assert measured["loss"] == pytest.approx(measured["rmse"] ** 2 / Y.var(), rel=1e-4), (
        "the loss is measured on scaled targets"
    )


def test_predict_classes_returns_labels():
    model = classifier()
    model.train(X, LABELS, epochs=200, verbose=False)
    prediction = model.predict(X)
    assert ((prediction >= 0) & (prediction <= 1)).all()
    found = model.predict_classes(X)
    assert set(found) == {"big", "small"}
    assert np.mean(np.array(found) == LABELS) == model.evaluate(X, LABELS)["accuracy"] > 0.9
    assert [name for name, p in zip(found, prediction[:, 0], strict=True) if p > 0.5] == ["small"] * found.count(
        "small"
    )


def test_the_order_of_classes_can_be_set():
    model = classifier(classes=["small", "big"])
    model.train(X, LABELS, epochs=200, verbose=False)
    assert np.mean((model.predict(X)[:, 0] > 0.5) == (LABELS == "big")) > 0.9


def test_a_loaded_model_predicts_the_same_bits(tmp_path):
    for model, targets in ((regression(), Y), (classifier(), LABELS)):
        model.train(X, targets, epochs=2, verbose=False)
        model.save(str(tmp_path / "m.npz"))
        again = nncli.Model.load(str(tmp_path / "m.npz"))
        assert again.predict(X).tobytes() == model.predict(X).tobytes()
        assert again.evaluate(X, targets) == model.evaluate(X, targets)
    assert again.predict_classes(X) == model.predict_classes(X)


def test_a_loaded_model_applies_the_stored_scaling(tmp_path):
    model = regression()
    model.train(X, Y, epochs=2, verbose=False)
    model.save(str(tmp_path / "m.npz"))
    one = nncli.Model.load(str(tmp_path / "m.npz")).predict(X[:1])
    np.testing.assert_allclose(one, model.predict(X)[:1], rtol=1e-6)


def test_a_loaded_model_can_be_trained_further(tmp_path):
    reference, first = regression(), regression()
    expected = reference.train(X, Y, epochs=5, verbose=False)
    first.train(X, Y, epochs=2, verbose=False)
    first.save(str(tmp_path / "m.npz"))
    again = nncli.Model.load(str(tmp_path / "m.npz"))
    assert without_seconds(again.train(X, Y, epochs=3, verbose=False)) == without_seconds(expected[2:])
    assert bits(again) == bits(reference)


def test_later_trainings_keep_the_scaling_of_the_first():
    model = regression()
    model.train(X, Y, epochs=1, verbose=False)
    before = model.trained.preprocessing.state()
    model.train(X * 100, Y * 100, epochs=1, verbose=False)
    assert model.trained.preprocessing.state() == before


def test_run_dir_writes_a_run_directory(tmp_path):
    model = regression()
    model.train(X, Y, epochs=2, validation_data=(X[:5], Y[:5]), verbose=False, run_dir=str(tmp_path / "run"))
    names = ["checkpoints", "environment.json", "metrics.csv", "resolved.yaml", "status.json", "train.log"]
    assert sorted(os.listdir(tmp_path / "run")) == names
    assert bits(nncli.Model.load(str(tmp_path / "run" / "checkpoints" / "last.npz"))) == bits(model)
    with pytest.raises(UserError, match="holds a run already"):
        regression().train(X, Y, verbose=False, run_dir=str(tmp_path / "run"))
    assert nncli.inspect(str(tmp_path / "run"))["rows"] == {"training": 40, "validation": 5}
    with pytest.raises(DataError, match="given from Python"):
        nncli.evaluate(str(tmp_path / "run"))


def test_forward_backward_and_update_equal_a_step_of_the_trainer():
    model = nncli.Model(LAYERS, "mse", {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9}, dtype="float64")
    x, y = (X - 50) / 10, (Y - 1000)[:, None] / 1000
    reference = nncli.Model(LAYERS, "mse", {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9}, dtype="float64")
    reference.train(x, y, epochs=3, batch_size=40, shuffle=False, verbose=False)
    for _ in range(3):
        output = model.forward(x, training=True)
        model.backward(2 * (output - y) / len(y))
        model.update()
    for name, array in model.weights.items():
        np.testing.assert_allclose(array, reference.weights[name], rtol=1e-10, atol=1e-14)


def test_backward_gives_the_gradient_of_the_inputs_and_of_every_parameter():
    model = nncli.Model(LAYERS, "mse", dtype="float64")
    x = RANDOM.normal(size=(5, 3))
    model.forward(x)
    dx = model.backward(np.ones((5, 1)))
    assert dx.shape == x.shape
    assert set(model.gradients) == set(model.weights) == {f"{i}.dense.{n}" for i in (0, 2) for n in ("weight", "bias")}
    step = 1e-6
    for index in ((0, 0), (4, 2)):
        moved = x.copy()
        moved[index] += step
        above = model.forward(moved).sum()
        moved[index] -= 2 * step
        assert (above - model.forward(moved).sum()) / (2 * step) == pytest.approx(dx[index], rel=1e-6)


def test_forward_ends_with_the_last_activation():
    model = classifier()
    model.train(X, LABELS, epochs=1, verbose=False)
    np.testing.assert_allclose(model.forward(X), model.predict(X), rtol=1e-5)


def test_outputs_share_no_memory_with_inputs():
    model, x = nncli.Model(["linear"], loss="mse"), RANDOM.random((6, 3)).astype("float32")
    model.train(x, x, epochs=1, verbose=False)
    for y in (model.forward(x), model.predict(x), model.predict(x, batch_size=4)):
        np.testing.assert_array_equal(y, x)
        assert not np.shares_memory(y, x)


def test_rows_may_be_changed_between_forward_and_backward():
    model, x = nncli.Model([Dense(4), "relu", Dense(1)], loss="mse"), RANDOM.random((6, 3)).astype("float32")
    gradients = []
    for filling in (x, 0):
        inputs = x.copy()
        model.forward(inputs)
        inputs[:] = filling
        model.backward(np.ones((6, 1)))
        gradients.append({name: gradient.copy() for name, gradient in model.gradients.items()})
    for name, gradient in gradients[0].items():
        np.testing.assert_array_equal(gradients[1][name], gradient)


def test_a_prediction_keeps_no_other_array_in_memory():
    model, x = nncli.Model([{"type": "lstm", "units": 2}], loss="mse"), RANDOM.random((5, 7, 3)).astype("float32")
    model.train(x, x[:, 0, :2], epochs=1, verbose=False)
    assert model.predict(x).base is None


def test_predicting_a_few_rows_does_not_search_for_blas(monkeypatch):
    model, x = nncli.Model([Dense(8), "relu", Dense(1)], loss="mse"), RANDOM.random((4000, 8)).astype("float32")
    model.train(x, x[:, 0], epochs=1, verbose=False)

    def refuse():
        raise AssertionError("searched for BLAS")

    monkeypatch.setattr(blas_threads, "_blas_libraries", refuse)
    assert len(model.predict(x[:4])) == 4
    assert len(model.predict(x[:8], batch_size=4)) == 8
    with pytest.raises(AssertionError, match="searched for BLAS"):
        model.predict(x, batch_size=4000)


def test_training_and_predicting_do_not_change_their_arguments():
    x, y = RANDOM.random((40, 8, 8, 1)).astype("float32"), RANDOM.random((40, 1)).astype("float32")
    layers = ["relu", {"type": "conv2d", "filters": 8, "kernel_size": 3}, "relu", {"type": "max_pool2d"}]
    model = nncli.Model([*layers, {"type": "dense", "units": 1}], loss="mse")
    before = x.copy(), y.copy()
    for shuffle in (True, False):
        model.train(x, y, epochs=1, shuffle=shuffle, validation_data=(x, y), verbose=False)
    model.predict(x)
    model.evaluate(x, y)
    model.forward(x, training=True)
    model.backward(y)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_dropout_is_active_only_in_training():
    model = nncli.Model([{"type": "dense", "units": 4}, "dropout", {"type": "dense", "units": 1}], "mse")
    assert model.forward(X).tobytes() == model.forward(X).tobytes()
    assert model.forward(X, training=True).tobytes() != model.forward(X).tobytes()


@pytest.mark.parametrize("use", ["predict", "save", "evaluate", "weights", "update", "backward", "gradients"])
def test_methods_that_need_a_trained_model_raise_an_error(use, tmp_path):
    model = regression()
    with pytest.raises(UserError):
        {
            "predict": lambda: model.predict(X),
            "save": lambda: model.save(str(tmp_path / "m.npz")),
            "evaluate": lambda: model.evaluate(X, Y),
            "weights": lambda: model.weights,
            "update": model.update,
            "backward": lambda: model.backward(Y),
            "gradients": lambda: model.gradients,
        }[use]()
    assert os.listdir(tmp_path) == []


def test_update_before_backward_is_rejected():
    model = regression()
    model.forward(X)
    with pytest.raises(UserError, match="backward"):
        model.update()


def test_gradients_of_another_shape_are_rejected():
    model = nncli.Model(LAYERS, "mse")
    model.forward(X)
    with pytest.raises(UserError, match=r"\(40, 1\)"):
        model.backward(np.ones((40, 2)))


def test_rows_of_another_shape_are_rejected():
    model = regression()
    model.train(X, Y, epochs=1, verbose=False)
    for use in (model.predict, model.forward, lambda x: model.evaluate(x, Y), lambda x: model.train(x, Y)):
        with pytest.raises(ShapeError, match=r"\(3,\); got \(2,\)"):
            use(X[:, :2])


def test_divergence_is_reported_with_a_hint():
    model = nncli.Model(LAYERS[2:], "mse", {"type": "sgd", "learning_rate": 1.0})
    with pytest.raises(NonFiniteError, match=r"targets reach .*: try data\.scale_targets: standard"):
        model.train(X, Y, epochs=100, verbose=False)


def test_early_stopping_on_validation_rows():
    stopping = {"monitor": "val_loss", "patience": 1, "min_delta": 1e6}
    records = regression().train(X, Y, epochs=9, validation_data=(X, Y), verbose=False, early_stopping=stopping)
    assert len(records) == 2
    with pytest.raises(ConfigError, match="no column 'val_loss': there are no validation rows"):
        regression().train(X, Y, verbose=False, early_stopping=stopping)


def test_early_stopping_can_monitor_the_training_loss():
    model = regression()
    records = model.train(
        X, Y, epochs=50, verbose=False, early_stopping={"monitor": "train_loss", "patience": 1, "min_delta": 1e6}
    )
    assert len(records) == 2


def test_the_public_names_are_complete():
    assert sorted(nncli.__all__) == [
        "Model",
        "NncliError",
        "__version__",
        "activation",
        "check",
        "evaluate",
        "initializer",
        "inspect",
        "layer",
        "loss",
        "metric",
        "optimizer",
        "predict",
        "repro",
        "resume",
        "scaler",
        "schedule",
        "source",
        "train",
    ]
    for name in nncli.__all__:
        assert getattr(nncli, name) is not None
    assert dir(nncli) == sorted(nncli.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'modle'"):
        nncli.modle  # noqa: B018


def test_a_rejected_second_training_changes_nothing():
    random = np.random.default_rng(0)
    x, y = random.standard_normal((40, 4)), np.arange(40) % 2
    model = nncli.Model([{"type": "dense", "units": 3}, "batch_norm", {"type": "dense", "units": 1}, "sigmoid"], "bce")
    model.train(x, y, epochs=1)
    before = model.evaluate(x, y)
    with pytest.raises(ConfigError, match="batch_norm normalizes over the rows of a batch"):
        model.train(x, y, epochs=1, batch_size=1)
    with pytest.raises(UserError, match="rows of the shape"):
        model.train(x[:, :3], y, epochs=1, class_weight={"0": 5.0}, penalty={"l2": 1.0})
    assert model.evaluate(x, y) == before


def test_training_continues_after_a_custom_loop():
    x = np.random.default_rng(0).standard_normal((16, 3)).astype(np.float32)
    y = x[:, :1] * 2
    layers, optimizer = [{"type": "dense", "units": 1}], {"type": "adam", "learning_rate": 0.1}
    reference, parts = nncli.Model(layers, "mse", optimizer), nncli.Model(layers, "mse", optimizer)
    reference.train(x, y, epochs=3, batch_size=16, shuffle=False)
    for _ in range(2):
        parts.backward(2 * (parts.forward(x, training=True) - y) / 16)
        parts.update()
    parts.train(x, y, epochs=1, batch_size=16, shuffle=False)
    for name, weight in reference.weights.items():
        np.testing.assert_allclose(parts.weights[name], weight, rtol=1e-5, atol=1e-6)
