"""Test hints and errors for common mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.core.errors import ConfigError, NncliError, RunError, UserError
from nncli.lifecycle.run_events import RunEnded
from nncli.workflows.check import check
from nncli.workflows.resume import resume
from nncli.workflows.train import train

DENSE = "model: [{type: dense, units: 1}]\nloss: mse\noptimizer: {type: sgd, learning_rate: 1e-3}\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str = "t.csv", rows: int = 40, label: str | None = None) -> str:
    random = np.random.default_rng(0)
    lines = ["a,b,y"]
    for index in range(rows):
        a, b = random.uniform(0, 3, 2)
        lines.append(f"{a:.3f},{b:.3f},{label or ('one' if index % 2 else 'two')}")
    Path(name).write_text("\n".join(lines) + "\n")
    return name


def config(text: str, name: str = "c.yaml") -> str:
    Path(name).write_text(text)
    return name


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        train(config(text))
    return str(caught.value)


def test_a_finite_but_exploding_loss_gets_a_hint() -> None:
    Path("y.csv").write_text("a,y\n" + "".join(f"{i},{1000 * i}\n" for i in range(30)))
    ended = train(
        config(f"data: {{train: {{path: y.csv, targets: y}}}}\n{DENSE}"), ["training.epochs=1", "training.batch_size=8"]
    )
    assert ended.last["train_loss"] > np.var(1000 * np.arange(30))
    assert "best constant prediction" in ended.note
    assert "scale_inputs: standard" in ended.note
    assert "scale_targets: standard" in ended.note


def test_a_decreasing_loss_gets_no_hint() -> None:
    Path("y.csv").write_text("a,y\n" + "".join(f"{i / 30},{i / 10}\n" for i in range(30)))
    ended = train(
        config(f"data: {{train: {{path: y.csv, targets: y}}}}\n{DENSE}"),
        ["training.epochs=30", "optimizer.learning_rate=0.1"],
    )
    assert ended.note == ""


def test_a_bare_fraction_gets_a_hint() -> None:
    found = problems(f"data: {{train: {{dataset: diabetes}}, validation: 0.2}}\n{DENSE}")
    assert "{fraction: 0.2}" in found


def test_targets_of_one_class_are_rejected() -> None:
    classifier = "model: [{type: dense, units: 2}, softmax]\nloss: cross_entropy\noptimizer: sgd\n"
    found = problems(f"data: {{train: {{path: {table(label='same')}, targets: y}}}}\n{classifier}")
    assert "all rows have the label 'same'" in found


def test_measurements_as_labels_get_a_hint_to_use_a_regression() -> None:
    Path("m.csv").write_text("a,y\n" + "".join(f"{i},{i + 0.5}\n" for i in range(20)))
    classifier = "model: [{type: dense, units: 2}, softmax]\nloss: cross_entropy\noptimizer: sgd\n"
    found = problems(f"data: {{train: {{path: m.csv, targets: y}}}}\n{classifier}")
    assert "mean_squared_error" in found
    assert "units: 20" not in found


def test_an_unknown_file_extension_is_reported_with_the_known_extensions() -> None:
    Path("t.txt").write_text("a,y\n1,2\n")
    assert ".csv" in problems(f"data: {{train: {{path: t.txt, targets: y}}}}\n{DENSE}")


def test_a_last_activation_inside_a_container_is_recognized() -> None:
    end = "{type: sequential, layers: [{type: dense, units: 1}, sigmoid]}"
    text = f"data: {{train: {{path: {table()}, targets: y}}}}\nmodel: [{end}]\noptimizer: sgd\n"
    assert train(config(text + "loss: bce\n"), ["training.epochs=1"]).last["train_loss"] < 2
    assert "from_logits" in problems(text + "loss: {type: bce, from_logits: true}\n")


def test_more_parameters_than_memory_are_reported() -> None:
    layers = [{"type": "dense", "units": 10**16}, {"type": "dense", "units": 1}]
    with pytest.raises(NncliError, match="but this machine has"):
        train(config(f"data: {{train: {{dataset: diabetes}}}}\n{DENSE}"), [f"model={json.dumps(layers)}"])
    with pytest.raises(NncliError, match="more than memory can hold"):
        nncli.Model(layers, "mse").train(np.ones((4, 1)), np.ones(4), verbose=False)


def test_targets_too_large_for_the_dtype_are_rejected() -> None:
    with pytest.raises(UserError, match="too large for float32"):
        nncli.Model([{"type": "dense", "units": 1}], "mse").train(np.ones((4, 1)), np.full(4, 1e300), verbose=False)


def test_a_monitor_cannot_change_when_a_run_is_resumed() -> None:
    text = f"data: {{train: {{dataset: diabetes}}, validation: {{fraction: 0.2}}}}\n{DENSE}metrics: [r2]\n"
    settings = ["training.epochs=1", "data.scale_inputs=standard", "data.scale_targets=standard"]
    ended = train(config(text), settings)
    with pytest.raises(RunError, match=r"checkpoint\.monitor was 'val_loss', is 'val_r2'"):
        resume(str(ended.path), ["training.epochs=2", "training.checkpoint.monitor=val_r2"])


def test_test_rows_can_lack_a_class() -> None:
    text = (
        f"data: {{train: {{path: {table()}, targets: y, classes: [one, two]}}, test: {{path: t2.csv}}}}\n"
        "model: [{type: dense, units: 1}, sigmoid]\nloss: bce\noptimizer: sgd\nmetrics: [accuracy]\n"
    )
    table("t2.csv", 6, label="one")
    ended = train(config(text), ["training.epochs=1"])
    assert set(ended.test) == {"loss", "accuracy"}
    assert nncli.evaluate(str(ended.path), "t2.csv").rows == 6


def trained() -> RunEnded:
    return train(
        config(
            f"data: {{train: {{path: {table()}, targets: y}}}}\n"
            "model: [{type: dense, units: 1}, sigmoid]\nloss: bce\noptimizer: sgd\n"
        ),
        ["training.epochs=1"],
    )


def test_a_named_pipe_is_read_as_a_table() -> None:
    ended = trained()
    command = f"{sys.executable} -m nncli predict {ended.path} <(cat t.csv) --classes | wc -l"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (found.stdout.strip(), found.stderr) == ("41", "")


@pytest.mark.parametrize("path", ["/dev/null", "noext"])
def test_files_without_an_extension_are_rejected_in_one_line(path: str) -> None:
    ended = trained()
    Path("noext").write_text("a,b\n1,2\n")
    with pytest.raises(NncliError, match="unknown kind of input"):
        nncli.predict(str(ended.path), path)


def test_path_objects_are_accepted() -> None:
    ended = trained()
    run = Path(str(ended.path))
    assert len(list(nncli.predict(run, Path("t.csv")).table())) == 40
    assert nncli.evaluate(run, Path("t.csv")).rows == 40
    assert nncli.inspect(run)["epoch"] == 1
    assert nncli.check(Path("c.yaml")).parameters == 3
    assert nncli.train(Path("c.yaml"), ["training.epochs=1"], run_dir=Path("other")).path == "other"
    assert nncli.resume(Path("other")).path == "other"
    model = nncli.Model([{"type": "dense", "units": 1}], "mse")
    model.train(np.ones((4, 1)), np.ones(4), epochs=1, verbose=False, run_dir=Path("third"))
    model.save(Path("m.npz"))
    nncli.Model.load(Path("m.npz"))


def test_common_mistakes_from_python_are_reported() -> None:
    model = nncli.Model([{"type": "dense", "units": 1}], "mse")
    x, y = np.ones((4, 1)), np.ones(4)
    with pytest.raises(UserError, match="single value"):
        model.train(x, 3.0, verbose=False)
    with pytest.raises(UserError, match="differ in their lengths"):
        model.train([[1.0], [1.0, 2.0]], y, verbose=False)
    with pytest.raises(UserError, match="a pair"):
        model.train(x, y, validation_data=x, verbose=False)
    model.train(x, y, epochs=1, verbose=False)
    with pytest.raises(UserError, match="batch_size"):
        model.predict(x, batch_size=0)
    with pytest.raises(ConfigError, match="no column 'val_loss'"):
        model.train(x, y, epochs=1, verbose=False, checkpoint={"monitor": "val_loss"})


def test_rows_of_other_classes_are_left_out_from_python() -> None:
    model = nncli.Model(
        [{"type": "dense", "units": 1}, "sigmoid"], "bce", metrics=["accuracy"], classes=["a", "b"], seed=1
    )
    x = np.arange(6.0).reshape(6, 1)
    model.train(x, np.array(["a", "b", "c", "a", "b", "c"]), epochs=1, verbose=False)
    assert model.evaluate(x, np.array(["a", "b", "a", "a", "b", "b"]))["loss"] > 0


@pytest.mark.parametrize(("momentum", "notes"), [(0.99, 1), (0.5, 0)])
def test_a_batch_norm_momentum_as_in_keras_is_noted(momentum: float, notes: int) -> None:
    layer = f"{{type: batch_norm, momentum: {momentum}}}"
    model = f"model: [{layer}, {layer}, {{type: dense, units: 1}}]\nloss: mse\noptimizer: sgd\n"
    found = check(config(f"data: {{train: {{dataset: diabetes}}}}\n{model}"))
    momentum_note = "the momentum of batch_norm is the weight of the new values; Keras's momentum of 0.99 is 0.01 here"
    assert list(found.notes).count(momentum_note) == notes
    assert not any("momentum" in note for note in found.notes if note != momentum_note)
