"""Test `nncli train`, `resume` and `check`: streams, exit codes and output."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nncli.core.errors import StoppedError
from nncli.workflows.train import train
from tests.workflows.test_resume import same, stopping_at


def test_standard_output_is_the_run_directory(nncli):
    found = nncli("train", "tiny.yaml")
    assert found.code == 0
    assert re.fullmatch(r"runs/\d{8}-\d{6}-tiny\n", found.out)
    assert os.path.isdir(found.out.strip())


def test_standard_error_shows_the_run_and_the_next_command(nncli):
    found = nncli("train", "tiny.yaml", "--run-dir", "my run")
    lines = found.err.splitlines()
    assert lines[0].startswith("tiny: 42 training, 12 validation, 6 test rows; 17 parameters; 3 epochs")
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert len(epochs) == 3, "one line per epoch"
    for number, line in enumerate(epochs, 1):
        assert re.match(
            rf"epoch {number}/3  train_loss \S+  train_accuracy \S+  val_loss \S+  val_accuracy \S+  ", line
        )
    best, test, where, after = lines[-4:]
    assert re.match(r"best epoch \d: .*val_loss .*val_accuracy ", best)
    assert re.match(r"test: loss \S+  accuracy \S+$", test)
    assert "'my run'" in where
    assert after == "next: nncli predict 'my run' INPUT"
    assert "\x1b" not in found.err


def test_quiet_prints_the_run_directory_only(nncli):
    found = nncli("train", "tiny.yaml", "--quiet", "--run-dir", "run")
    assert (found.code, found.out, found.err) == (0, "run\n", "")
    found = nncli("train", "tiny.yaml", "--quiet", "--set", "training.epoch=3")
    assert found.code == 2
    assert "unknown key 'epoch'" in found.err, "errors are still shown"


def test_set_options_override_the_config_and_report_errors(nncli):
    found = nncli("train", "tiny.yaml", "--set", "training.epochs=1", "--set", "model.0.units=7", "--run-dir", "run")
    assert found.code == 0
    assert "29 parameters; 1 epochs" in found.err
    found = nncli("check", "tiny.yaml", "--set", "model.0.unit=7", "--set", "seed=x")
    assert found.code == 2
    first, second, last = found.err.splitlines()
    assert {first, second} == {
        "--set: seed: expected a whole number of at least 0; got 'x'",
        "--set: model.0.unit: unknown key 'unit' for dense; did you mean 'units'? Known: units, bias, initializer",
    }
    assert last == "2 problems in tiny.yaml; nothing was run"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "gone.yaml"], "no such config: gone.yaml"),
        (["train", "tiny.yml"], "no such config: tiny.yml; did you mean 'tiny.yaml'?"),
        (["train", "tiny.yaml", "--set", "modl=3"], "unknown key 'modl'"),
        (["train", "tiny.yaml", "--set", "data.train.path=gone.csv"], "no such file or folder: "),
        (["train", "tiny.yaml", "--set", "model.2.units=3"], "loss"),
        (["train", "tiny.yaml", "--set", "training"], "expected KEY=VALUE"),
        (["train", "sides.csv"], "sides.csv:1:1: expected a mapping with data, model, loss and optimizer"),
        (["train", "bars.npz"], "bars.npz: not UTF-8 text"),
        (["train", "."], "cannot be read"),
        (["train", "tiny.yaml", "--run-dir", "sides.csv"], "sides.csv: a file; expected a directory"),
        (["train", "tiny.yaml", "--resume"], "--resume needs --run-dir"),
        (["train"], "Missing argument"),
        (["train", "tiny.yaml", "--epochs", "3"], "No such option"),
        (["trane", "tiny.yaml"], "No such command 'trane'"),
        (["resume", "gone"], "no such run directory: gone"),
        (["resume", "tiny.yaml"], "tiny.yaml"),
        (["check", "gone.yaml"], "no such config: gone.yaml"),
    ],
)
def test_user_errors_exit_with_2_and_write_nothing(nncli, inside, arguments, words):
    before = sorted(os.listdir(inside))
    found = nncli(*arguments)
    assert found.code == 2
    assert found.out == ""
    assert words in found.err
    assert sorted(os.listdir(inside)) == before


def test_an_invalid_cell_exits_with_2_and_is_located(nncli, inside):
    text = Path("line.csv").read_text().splitlines()
    text[7] = "nan,1,2"
    Path("line.csv").write_text("\n".join(text))
    found = nncli("train", "line.yaml")
    assert found.code == 2
    assert re.search(r"line\.csv:8: column 'size': expected a finite number", found.err)
    assert not os.path.exists("runs")


def test_divergence_exits_with_1_and_a_hint(nncli):
    found = nncli(
        "train",
        "line.yaml",
        "--run-dir",
        "run",
        *("--set", "optimizer={type: sgd, learning_rate: 100}", "--set", "training.epochs=50"),
        *("--set", "data.scale_targets=none"),
    )
    assert found.code == 1
    assert found.out == ""
    last = found.err.splitlines()[-1]
    assert re.match(r"epoch \d+, step \d+: ", last)
    assert "data.scale_targets: standard" in last


def test_an_existing_run_is_not_overwritten(nncli):
    assert nncli("train", "tiny.yaml", "--run-dir", "run").code == 0
    found = nncli("train", "tiny.yaml", "--run-dir", "run")
    assert (found.code, found.out) == (2, "")
    assert "--resume" in found.err
    found = nncli("train", "tiny.yaml", "--run-dir", "run", "--resume")
    assert (found.code, found.out) == (0, "run\n")
    assert "finished" in found.err
    found = nncli("train", "tiny.yaml", "--run-dir", "run", "--resume", "--set", "seed=4")
    assert (found.code, found.out) == (2, "")
    assert "seed was 0, is 4" in found.err


def test_resume_names_the_epoch_where_it_continues(nncli):
    assert nncli("train", "tiny.yaml", "--run-dir", "uninterrupted").code == 0
    with pytest.raises(StoppedError):
        train("tiny.yaml", run_dir="run", listener=stopping_at(5))
    found = nncli("resume", "run")
    assert (found.code, found.out) == (0, "run\n")
    assert "resuming with epoch 2" in found.err
    assert same("run", "uninterrupted")
    assert (nncli("resume", "run").code, nncli("resume", "run", "--quiet").err) == (0, "")
    found = nncli("resume", "run", "--set", "training.epochs=4")
    assert found.code == 0
    assert "epoch 4/4" in found.err


def test_the_resume_option_starts_a_new_run_if_there_is_none(nncli):
    found = nncli("train", "tiny.yaml", "--run-dir", "new", "--resume")
    assert (found.code, found.out) == (0, "new\n")


def test_check_shows_layers_and_cost(nncli):
    found = nncli("check", "tiny.yaml")
    assert (found.code, found.err) == (0, "")
    lines = found.out.splitlines()
    assert lines[0] == "tiny.yaml is valid: 42 training, 12 validation, 6 test rows; 17 parameters"
    assert [line.split() for line in lines[4:8]] == [
        ["input", "2"],
        ["0.dense", "4", "12", "8"],
        ["1.tanh", "4", "0", "0"],
        ["2.dense", "1", "5", "4"],
    ]
    step = "per step  16 rows, about 576 multiply-adds forward and back"  # 3 (1 forward, 2 back) x 16 rows x (8 + 4)
    assert lines[-3] == step
    run = "per run   3 steps per epoch, 9 in 3 epochs, about 5,184 multiply-adds"
    assert lines[-2].startswith(run)
    assert not os.path.exists("runs")
    lines = nncli("check", "tiny.yaml", "--set", "training.batches_per_step=2").out.splitlines()
    assert lines[-3] == "per step  32 rows in 2 batches, about 1,152 multiply-adds forward and back"
    assert lines[-2].startswith(run.replace("3 steps per epoch, 9", "2 steps per epoch, 6"))
    lines = nncli(
        "check", "tiny.yaml", "--set", "training={batches_per_step: 9, epochs: 1, batch_size: 16}"
    ).out.splitlines()
    assert lines[-3].startswith("per step  42 rows in 3 batches, about ")
    assert lines[-2].startswith("per run   1 step per epoch, 1 in 1 epoch, about ")


def test_check_prints_the_resolved_config(nncli):
    found = nncli("check", "tiny.yaml", "--resolved", "--set", "seed=9")
    assert found.code == 0
    Path("again.yaml").write_text(found.out)
    assert "seed: 9" in found.out
    assert nncli("check", "again.yaml", "--resolved").out == found.out
    run = nncli("train", "tiny.yaml", "--set", "seed=9", "--quiet").out.strip()
    assert Path(run, "resolved.yaml").read_text() == found.out


def test_notes_go_to_standard_error(nncli, inside):
    text = Path("line.csv").read_text().replace("\n", "\n,", 1)
    Path("line.csv").write_text("\n".join([text.splitlines()[0], ",1.0,5000", *text.splitlines()[2:]]) + "\n")
    found = nncli("check", "line.yaml", "--set", "data.validation=null")
    assert found.code == 0
    assert re.search(r"note: data.train: column 'size': 1 blank cells? filled", found.err)
    assert "note" not in found.out


def test_the_log_has_every_printed_line(nncli):
    found = nncli("train", "tiny.yaml", "--run-dir", "run")
    assert Path("run/train.log").read_text().splitlines() == found.err.splitlines()
