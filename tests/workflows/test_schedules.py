"""Test runs with a learning rate schedule: resuming, extending, repeating, and training from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from nncli.assemble.load_config import load_config
from nncli.core.builder import build
from nncli.core.errors import CheckpointError, ConfigError, RunError, StoppedError, UserError
from nncli.core.registry import SCHEDULES
from nncli.lifecycle.log_lines import event_lines
from nncli.lifecycle.plugin_files import load_plugins
from nncli.lifecycle.run_events import FINISHED_BEFORE
from nncli.optim.schedule import ScheduleContext
from nncli.runs import checkpoint
from nncli.workflows.check import check
from nncli.workflows.model import Model
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.lifecycle.test_plugin_files import forget_all
from tests.long import first
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at
from tests.workflows.test_train import rows

COSINE = {"type": "cosine", "initial": 0.05, "final": 0.001}
# These schedules span the whole run.
SPANNING = (COSINE, {"type": "linear", "initial": 0.05, "warmup_steps": 2}, {"type": "one_cycle", "maximum": 0.1})
PLATEAU = {"type": "reduce_on_plateau", "initial": 3.0, "factor": 0.3, "patience": 1, "cooldown": 1}
OTHERS = (
    {"type": "constant", "initial": 0.05, "warmup_steps": 5},
    {"type": "step", "initial": 0.05, "factor": 0.5, "every_epochs": 2},
    {"type": "exponential", "initial": 0.05, "factor": 0.5},
    {**COSINE, "epochs": 3},
    {**COSINE, "steps": 11, "warmup_steps": 3},
    PLATEAU,
)
by_name = {"ids": lambda schedule: "-".join(map(str, schedule.values()))}


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Return a function that writes a config with a schedule: three epochs, three steps per epoch."""
    monkeypatch.chdir(tmp_path)

    def write(schedule, **changes):
        optimizer = {"type": "sgd", "learning_rate": schedule, "momentum": 0.5}
        return tiny.write(tmp_path, tiny.classifier(optimizer=optimizer, **changes))

    return write


def rates(run):
    """Return the column learning_rate of metrics.csv."""
    return [float(row["learning_rate"]) for row in rows(run)]


def resolved(run):
    """Return the schedule in resolved.yaml."""
    return yaml.safe_load(Path(run, "resolved.yaml").read_text())["optimizer"]["learning_rate"]


@pytest.mark.parametrize("schedule", first(3, [PLATEAU, COSINE, *OTHERS[:-1], *SPANNING[1:]]), **by_name)
@pytest.mark.parametrize("step", first(1, [7, 2, 6]))
def test_a_resumed_run_ends_with_the_same_bits_and_can_be_repeated(config, schedule, step):
    path = config(schedule)
    train(path, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(path, run_dir="run", listener=stopping_at(step))
    assert repro("run").same
    resume("run")
    assert same("run", "uninterrupted")
    assert repro("run").compared == ("metrics.csv", "last.npz", "best.npz", "test.json")


@pytest.mark.parametrize("schedule", first(2, [SPANNING[1], OTHERS[2], COSINE, *OTHERS[:2]]), **by_name)
def test_metrics_csv_has_the_learning_rate_of_each_epoch(config, schedule):
    train(config(schedule), run_dir="run")
    built = build(SCHEDULES, schedule)
    assert rates("run") == [built.at(step, ScheduleContext(3, 3)) for step in (2, 5, 8)]


@pytest.mark.parametrize("schedule", first(1, SPANNING), **by_name)
@pytest.mark.parametrize("epochs", [2, 5])
def test_a_run_cannot_change_its_epochs_if_its_schedule_spans_the_run(config, schedule, epochs):
    path = config(schedule)
    with pytest.raises(StoppedError):
        train(path, run_dir="run", listener=stopping_at(4))
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    setting = f"training.epochs={epochs}"
    for again in (lambda: resume("run", [setting]), lambda: train(path, [setting], run_dir="run", resume=True)):
        with pytest.raises(RunError) as caught:
            again()
        assert caught.value.exit_code == 2
        assert f"run: training.epochs was 3, is {epochs}, but the {schedule['type']} schedule" in str(caught.value)
        assert "spans the whole run" in str(caught.value)
        assert str(caught.value).endswith("start a new run in another directory")
        advised = "--set optimizer.learning_rate.epochs=3, or start a new run" in str(caught.value)
        assert advised == (schedule["type"] != "linear")  # not advised for linear, which ends at 0
    with pytest.raises(RunError, match=f"optimizer.learning_rate.epochs was 3, is {epochs}"):
        repro("run", [setting])
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}


@pytest.mark.parametrize("schedule", first(1, [SPANNING[1], COSINE, SPANNING[2]]), **by_name)
def test_a_run_can_be_extended_if_its_schedule_length_is_fixed(config, schedule):
    path = config({"final": 1e-3, **schedule})
    train(path, ["training.epochs=5", "optimizer.learning_rate.epochs=3"], run_dir="uninterrupted")
    ended = train(path, run_dir="run")
    assert ended.reason == "completed"
    again = resume("run")
    assert again.reason == FINISHED_BEFORE
    advice = event_lines(again)[-1].split("to train it longer: nncli resume run ")[1]
    assert advice == "--set training.epochs=N --set optimizer.learning_rate.epochs=3"
    resume("run", ["training.epochs=5", "optimizer.learning_rate.epochs=3"])
    assert same("run", "uninterrupted")
    assert rates("run")[2:] == [rates("run")[2]] * 3
    assert resolved("run")["epochs"] == 3
    resume("run", ["training.epochs=6"])  # the number of epochs may change, because the schedule length is fixed
    assert len(rates("run")) == 6
    assert repro("run").same


def test_extending_a_run_at_rate_0_is_not_advised(config):
    path = config({"type": "linear", "initial": 0.05})
    train(path, run_dir="run")
    (line,) = event_lines(resume("run"))
    assert line == "the run in run is finished: its learning rate is down to 0; for more epochs start a new run"
    with pytest.raises(RunError, match="because its rate ends at 0; start a new run in "):
        resume("run", ["training.epochs=5"])
    notes = check(str(path), ["training.epochs=5", "optimizer.learning_rate.epochs=3"]).notes
    assert "optimizer.learning_rate: the run has 15 steps, but the rate is 0 from step 9 on" in notes[0]


@pytest.mark.parametrize("schedule", first(3, [PLATEAU, OTHERS[4], *OTHERS[:4]]), **by_name)
def test_a_run_can_be_extended_if_rates_do_not_depend_on_its_length(config, schedule):
    path = config(schedule)
    train(path, ["training.epochs=5"], run_dir="uninterrupted")
    train(path, run_dir="run")
    assert event_lines(resume("run"))[-1].endswith("--set training.epochs=N")
    resume("run", ["training.epochs=5"])
    assert same("run", "uninterrupted")


def test_a_changed_schedule_length_is_rejected_on_resume(config):
    path = config(COSINE)
    with pytest.raises(StoppedError):
        train(path, run_dir="run", listener=stopping_at(4))
    with pytest.raises(RunError, match=r"optimizer.learning_rate.epochs was 3, is 4; start a new run"):
        resume("run", ["optimizer.learning_rate.epochs=4"])
    with pytest.raises(
        RunError, match=r"has changed in .*: seed was 0, is 1; optimizer.learning_rate.epochs was 3, is 4"
    ):
        resume("run", ["training.epochs=4", "seed=1"])


def test_early_stopping_ends_a_run_before_its_schedule(config):
    training = {"epochs": 40, "batch_size": 16, "early_stopping": {"patience": 2}}
    path = config({"type": "cosine", "initial": 3.0}, training=training)
    ended = train(path, run_dir="run")
    assert ended.reason == "early_stopping"
    schedule = build(SCHEDULES, {"type": "cosine", "initial": 3.0})
    assert rates("run")[-1] == schedule.at(int(ended.last["step"]) - 1, ScheduleContext(3, 40))
    assert repro("run").same


def test_repro_reports_a_different_number_of_reductions(config):
    path = config(PLATEAU, training={"epochs": 6, "batch_size": 16})
    train(path, run_dir="run")
    assert len(set(rates("run"))) > 1
    found, arrays = checkpoint.load("run/checkpoints/last.npz")
    found["trainer"]["plateau"]["reductions"] += 1
    weights = {name: array for name, array in arrays.items() if not name.startswith("state/")}
    state = {name.removeprefix("state/"): array for name, array in arrays.items() if name.startswith("state/")}
    for key in ("format", "format_version", "arrays", "sha256"):
        found.pop(key, None)
    checkpoint.save("run/checkpoints/last.npz", weights, state, found)
    assert "last.npz, plateau: reductions was" in repro("run").difference


@pytest.mark.parametrize(("validated", "monitor"), [(True, "val_loss"), (False, "train_loss")])
def test_the_plateau_monitor_is_in_the_resolved_config(config, validated, monitor):
    path = config(PLATEAU)
    found = check(path, [] if validated else ["data.validation=null"])
    assert found.spec.optimizer.learning_rate.monitor == monitor
    assert f"monitor: {monitor}" in found.resolved.split("learning_rate")[1].split("}")[0]


@pytest.mark.parametrize(
    ("monitor", "settings", "words"),
    [
        ("val_los", [], r"no column 'val_los'; did you mean 'val_loss'\? Known: val_loss, val_accuracy, train_loss"),
        (
            "val_loss",
            ["data.validation=null"],
            "no column 'val_loss': there are no validation rows; add data.validation",
        ),
        ("learning_rate", [], "no column 'learning_rate'"),
    ],
)
def test_the_plateau_monitor_must_be_a_column(config, monitor, settings, words):
    path = config({**PLATEAU, "monitor": monitor})
    with pytest.raises(ConfigError, match=f":[0-9]+:[0-9]+: optimizer.learning_rate.monitor: {words}"):
        check(path, settings)


def test_the_trainer_has_the_plateau_settings_of_the_config(config):
    plateau = load_config(config({**PLATEAU, "monitor": "val_accuracy", "min_delta": 0.25})).session().trainer().plateau
    assert plateau is not None
    watched = plateau.monitor
    assert (watched.column, watched.higher_is_better, watched.min_delta) == ("val_accuracy", True, 0.25)
    assert (plateau.patience, plateau.cooldown) == (1, 1)
    assert load_config(config(COSINE)).session().trainer().plateau is None


def test_epochs_of_the_cooldown_do_not_count(config):
    path = config({**PLATEAU, "monitor": "val_accuracy", "initial": 1e-9}, training={"epochs": 4, "batch_size": 16})
    train(path, run_dir="run")  # the model learns nothing: all accuracies are equal
    expected = [1e-9, 1e-9, 3e-10, 3e-10]  # the third epoch is the cooldown
    assert rates("run") == pytest.approx(expected)


def test_a_checkpoint_without_the_plateau_monitor_is_rejected(config):
    train(config(PLATEAU), run_dir="run")
    found, arrays = checkpoint.load("run/checkpoints/best.npz")
    found["config"]["optimizer"]["learning_rate"]["monitor"] = None
    weights = {name: array for name, array in arrays.items() if not name.startswith("state/")}
    for key in ("format", "format_version", "arrays", "sha256"):
        found.pop(key, None)
    checkpoint.save("forged.npz", weights, {}, found)
    with pytest.raises(CheckpointError, match="it lacks a default monitor"):
        Model.load("forged.npz")


@pytest.mark.parametrize(
    ("schedule", "settings", "note"),
    [
        ({**COSINE, "warmup_steps": 9}, [], "the run has 9 steps, and all of them belong to the warm-up of 9"),
        ({"type": "constant", "initial": 1, "warmup_steps": 1000}, [], "all of them belong to the warm-up of 1,000"),
        ({**COSINE, "steps": 12}, [], "cosine takes 12 steps, but the run has 9 steps"),
        ({**COSINE, "epochs": 4}, [], "cosine takes 12 steps, but the run has 9 steps"),
        ({**COSINE, "epochs": 1, "warmup_steps": 4}, [], "all 3 steps of cosine belong to the warm-up"),
        (PLATEAU, ["training.early_stopping.patience=1"], "early stopping ends the run before reduce_on_plateau"),
        ({**COSINE, "warmup_steps": 8}, [], None),
        ({**COSINE, "epochs": 3}, [], None),
        (PLATEAU, ["training.early_stopping.patience=2"], None),
        (0.1, ["training.early_stopping.patience=1"], None),
    ],
)
def test_unusual_schedules_get_a_note(config, schedule, settings, note):
    notes = check(config(schedule), settings).notes
    assert len(notes) == (note is not None)
    assert note is None or (notes[0].startswith("optimizer.learning_rate: ") and note in notes[0])


X = np.random.default_rng(0).normal(size=(12, 3))
Y = X @ [1.0, -2.0, 0.5]


def model(schedule):
    return Model([{"type": "dense", "units": 1}], "mse", {"type": "sgd", "learning_rate": schedule}, seed=3)


def column(records):
    return [record["learning_rate"] for record in records]


def test_each_training_from_python_has_its_own_schedule():
    found = model({"type": "linear", "initial": 0.1, "final": 0.02})
    before = found.train(X, Y, epochs=3, batch_size=4, verbose=False)
    second = found.train(X, Y, epochs=2, batch_size=4, verbose=False)
    assert column(before) == pytest.approx([0.1 - 0.01 * step for step in (2, 5, 8)])
    assert column(second) == pytest.approx([0.1 - 0.016 * step for step in (2, 5)])
    assert [record["epoch"] for record in found.history] == [1, 2, 3, 4, 5]
    alone = model({"type": "linear", "initial": 0.1, "final": 0.02, "steps": 9})
    records = [*alone.train(X, Y, epochs=3, batch_size=4, verbose=False), alone.one_epoch(X, Y, batch_size=4)]
    assert column(records) == [*column(before), 0.02]


def test_a_reduced_rate_stays_reduced_in_the_next_training(tmp_path):
    found = model({"type": "reduce_on_plateau", "initial": 1e-12, "patience": 1, "min_delta": 1})
    assert column(found.train(X, Y, epochs=3, verbose=False)) == pytest.approx([1e-12, 1e-12, 1e-13])
    assert column(found.train(X, Y, epochs=2, verbose=False)) == pytest.approx([1e-14, 1e-14])
    validated_model = model({"type": "reduce_on_plateau", "initial": 1e-12, "monitor": "val_loss"})
    validated_model.train(X, Y, epochs=1, validation_data=(X, Y), verbose=False)
    with pytest.raises(ConfigError, match=r"optimizer\.learning_rate\.monitor: no column 'val_loss'"):
        validated_model.train(X, Y, epochs=1, verbose=False)
    found.save(tmp_path / "a.npz")
    assert column(Model.load(tmp_path / "a.npz").train(X, Y, epochs=1, verbose=False)) == pytest.approx([1e-15])


def loop(found, steps):
    """Train in a custom loop with a constant gradient, and return the size of every step."""
    sizes = []
    for _ in range(steps):
        output = found.forward(X)
        found.backward(np.ones_like(output))
        before = found.weights["0.dense.bias"].copy()
        found.update()
        sizes.append(float(abs(found.weights["0.dense.bias"] - before)[0]) / 12)
    return sizes


def test_a_custom_loop_uses_the_schedule():
    schedule = {"type": "linear", "initial": 0.3, "final": 0.1, "steps": 3, "warmup_steps": 0}
    assert loop(model(schedule), 4) == pytest.approx([0.3, 0.2, 0.1, 0.1], rel=1e-5)
    constant = {"type": "constant", "initial": 0.4, "warmup_steps": 4}
    assert loop(model(constant), 5) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4], rel=1e-5)


@pytest.mark.parametrize("schedule", [COSINE, {**COSINE, "epochs": 3}, OTHERS[1], PLATEAU], **by_name)
def test_a_custom_loop_rejects_schedules_that_count_epochs(schedule):
    with pytest.raises(UserError, match=f"update: the schedule {schedule['type']} counts epochs"):
        loop(model(schedule), 1)
    trained = model({**schedule, "initial": 1e-3})
    trained.train(X, Y, epochs=1, batch_size=4, verbose=False)
    loop(trained, 2)  # accepted, because train determines the number of steps per epoch


def test_a_plugin_can_define_schedules(config, tmp_path, request):
    request.addfinalizer(forget_all)
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\nimport numpy as np\nimport nncli\n"
        "from nncli.optim.schedule import Course, Schedule\nfrom nncli.optim.timed import Timed\n\n\n"
        "@nncli.schedule('inverse')\n@dataclass(frozen=True)\nclass Inverse(Schedule):\n"
        "    '''rate = initial / (1 + step).'''\n\n    initial: float\n\n"
        "    def rate(self, step: int, course: Course) -> float:\n        return self.initial / (1 + step)\n\n\n"
        "@nncli.schedule('square')\n@dataclass(frozen=True)\nclass Square(Timed):\n"
        "    '''rate = initial * (1 - step / length)^2.'''\n\n    initial: float\n\n"
        "    def along(self, step, length):\n"
        "        return np.float32(self.initial) * np.float32(1 - step / length) ** 2\n"
    )
    load_plugins(["mine.py"])
    for name, expected in {
        "inverse": [1 / 3, 1 / 6, 1 / 9],
        "square": [(7 / 9) ** 2, (4 / 9) ** 2, (1 / 9) ** 2],
    }.items():
        train(config({"type": name, "initial": 1.0}), run_dir=name)
        assert rates(name) == pytest.approx(expected)
    resume("inverse", ["training.epochs=4"])
    with pytest.raises(RunError, match="the square schedule of the learning rate spans the whole run"):
        resume("square", ["training.epochs=4"])
    for base, missing in {"Schedule": "rate", "Timed": "along"}.items():
        (tmp_path / "wrong.py").write_text(
            "from dataclasses import dataclass\nimport nncli\nfrom nncli.optim.schedule import Schedule\n"
            f"from nncli.optim.timed import Timed\n\n\n@nncli.schedule('odd')\n@dataclass(frozen=True)\n"
            f"class Odd({base}):\n    '''Nothing.'''\n"
        )
        with pytest.raises(UserError, match=f"the schedule 'odd': class Odd has no {missing}"):
            load_plugins(["wrong.py"])


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("1 / (2 - step)", r"in step 2: .*mine\.py:10: ZeroDivisionError: division by zero"),
        ("1.0 - step", "in step 2: expected a finite number of at least 0; got -1.0"),
        ("float('nan')", "in step 0: expected a finite number of at least 0; got .nan"),
        ("'much'", "in step 0: ValueError: could not convert string to float: 'much'"),
        ("None", "in step 0: TypeError: "),
    ],
)
def test_invalid_rates_of_a_plugin_are_rejected(config, tmp_path, request, rate, words):
    request.addfinalizer(forget_all)
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\nimport nncli\nfrom nncli.optim.schedule import Schedule\n\n\n"
        "@nncli.schedule('odd')\n@dataclass(frozen=True)\nclass Odd(Schedule):\n    def rate(self, step, course):\n"
        f"        return {rate}\n"
    )
    load_plugins(["mine.py"])
    with pytest.raises(ConfigError, match=f":[0-9]+:[0-9]+: optimizer.learning_rate: the rate of odd {words}"):
        check(config("odd"))
