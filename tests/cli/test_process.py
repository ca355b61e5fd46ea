"""Test commands in separate processes: imports, pipes, signals and terminals."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import nncli
from tests.long import first
from tests.workflows import tiny
from tests.workflows.test_train import members, rows

CONFIGS = Path(__file__).parents[2] / "configs"
COMMAND = [sys.executable, "-m", "nncli"]
HEAVY_MODULES = {"numpy", "yaml", "pydantic", "rich"}


def run(*arguments, **keys):
    """Run a command and return the finished process."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False, **keys
    )


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["train", "--help"], []])
def test_help_imports_nothing_heavy(arguments):
    heavy = HEAVY_MODULES - ({"pydantic"} if "train" in arguments else set())  # typer needs pydantic for options
    code = (
        "import sys\n"
        "from nncli.cli.app import main\n"
        f"sys.argv = ['nncli', *{arguments!r}]\n"
        "try:\n    main()\nfinally:\n"
        f"    sys.stderr.write('HEAVY ' + ' '.join({heavy!r} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert found.stderr.endswith("HEAVY "), found.stderr
    assert found.returncode == (0 if arguments else 2)


def test_help_is_fast():
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        assert run("--help").returncode == 0
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.3, "--help takes about 0.2 s on an idle machine"


def test_check_imports_only_what_it_needs():
    code = (
        "import sys\n"
        "from nncli.cli.app import main\n"
        f"sys.argv = ['nncli', 'check', {str(CONFIGS / 'digits.yaml')!r}]\n"
        "try:\n    main()\nfinally:\n    sys.stderr.write(' '.join(sorted(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 0
    modules = set(found.stderr.split())
    assert "nncli.nn.layers.dense" in modules
    assert not modules & {"rich", "threadpoolctl", "PIL", "nncli.cli.train", "nncli.lifecycle.plugin_files"}
    assert not modules & {"nncli.nn.layers.conv2d", "nncli.optim.sgd", "nncli.data.sources.table"}
    assert not [name for name in modules if name.startswith(("nncli.training", "nncli.runs", "nncli.starter"))]


def test_version_is_printed():
    found = run("--version")
    assert (found.returncode, found.stdout) == (0, f"nncli {nncli.__version__}\n")


def test_the_console_script_is_installed():
    script = Path(sys.executable).parent / "nncli"
    found = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=60, check=False)
    assert found.stdout == f"nncli {nncli.__version__}\n"


def test_importing_nncli_imports_nothing_heavy():
    code = f"import sys, nncli; print({HEAVY_MODULES!r} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert found.stdout == "set()\n"


def test_train_predict_and_evaluate_work_as_processes(tmp_path):
    tiny.write(tmp_path, tiny.classifier())
    found = run("train", "config.yaml", cwd=tmp_path)
    assert found.returncode == 0
    (line,) = found.stdout.splitlines()
    assert "Warning" not in found.stderr
    environment = json.loads((tmp_path / line / "environment.json").read_text())
    assert environment["command_line"][1:] == ["train", "config.yaml"]
    found = run("predict", line, "sides.csv", "--classes", cwd=tmp_path)
    assert found.stdout.startswith("class\n")
    found = run("evaluate", line, "--json", cwd=tmp_path)
    assert json.loads(found.stdout)["rows"] == 6


def test_only_debug_shows_tracebacks(tmp_path):
    command = ["check", "gone.yaml"]
    plain = run(*command, cwd=tmp_path)
    assert (plain.returncode, plain.stdout, plain.stderr) == (2, "", "no such config: gone.yaml\n")
    for asked in (["--debug", *command], [*command, "--debug"]):
        debug = run(*asked, cwd=tmp_path)
        assert "Traceback" in debug.stderr
        assert debug.stderr.splitlines()[-1].endswith("UserError: no such config: gone.yaml"), debug.stderr
        assert debug.returncode == 2


@pytest.mark.parametrize("command", first(1, ["predict", "inspect", "check"]))
def test_a_closed_pipe_ends_without_an_error(runs, tmp_path, command):
    wide = "a,b\n" + "1,2\n" * 60_000
    (tmp_path / "wide.csv").write_text(wide)
    tiny.write(tmp_path, tiny.classifier())
    arguments = {
        "predict": ["predict", runs["tiny"], "wide.csv"],
        "inspect": ["inspect", runs["tiny"]],
        "check": ["check", "config.yaml", "--resolved"],
    }[command]
    reader, writer = os.pipe()
    process = subprocess.Popen([*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path)
    os.close(writer)
    if command == "predict":
        os.read(reader, 10)
    os.close(reader)
    _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode in (0, 141, -signal.SIGPIPE)


def test_output_can_be_piped_to_head(runs, tmp_path):
    (tmp_path / "wide.csv").write_text("a,b\n" + "1,2\n" * 60_000)
    script = f"{sys.executable} -m nncli predict {runs['tiny']} wide.csv | head -1; exit ${{PIPESTATUS[0]}}"
    found = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, "left,right\n", "")


LONG_RUN = {"training": {"epochs": 100_000, "batch_size": 4, "checkpoint": {"every_steps": 1000}}}


@pytest.mark.parametrize(("number", "code"), first(1, [(signal.SIGTERM, 143), (signal.SIGINT, 130)]))
def test_a_signal_saves_a_checkpoint_and_the_resumed_run_gives_the_same_bits(tmp_path, number, code):
    tiny.write(tmp_path, tiny.convolutional(**LONG_RUN))
    process = subprocess.Popen(
        [*COMMAND, "train", "config.yaml", "--run-dir", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    while not process.stderr.readline().startswith("epoch "):
        assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    last = err.splitlines()[-1]
    assert "the state is saved" in last
    assert last.endswith("nncli resume run")
    status = json.loads((tmp_path / "run" / "status.json").read_text())
    assert (status["state"], status["step"] > 0) == ("stopped", True)

    epochs = status["epoch"] + 2
    found = run("resume", "run", "--set", f"training.epochs={epochs}", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (0, "run\n")
    assert "resuming with epoch" in found.stderr
    uninterrupted = run(
        "train", "config.yaml", "--run-dir", "uninterrupted", "--set", f"training.epochs={epochs}", cwd=tmp_path
    )
    assert uninterrupted.returncode == 0
    assert rows(tmp_path / "run") == rows(tmp_path / "uninterrupted")
    for name in ("best", "last"):
        one, two = (members(tmp_path / folder / "checkpoints" / f"{name}.npz") for folder in ("run", "uninterrupted"))
        assert one == two


def test_a_second_signal_ends_the_process_at_once(tmp_path):
    tiny.write(tmp_path, tiny.convolutional(**LONG_RUN))
    process = subprocess.Popen(
        [*COMMAND, "train", "config.yaml", "--run-dir", "run"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    while not process.stderr.readline().startswith("epoch "):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize("colour", first(1, [True, False]))
def test_a_terminal_shows_a_progress_bar_and_the_summary(tmp_path, colour):
    tiny.write(tmp_path, tiny.classifier())
    leader, follower = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "120"} | ({} if colour else {"NO_COLOR": "1"})
    process = subprocess.Popen(
        [*COMMAND, "train", "config.yaml", "--run-dir", "run"],
        stdout=subprocess.PIPE,
        stderr=follower,
        cwd=tmp_path,
        env=environment,
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            part = os.read(leader, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(leader)
    assert process.communicate(timeout=30)[0] == b"run\n"
    assert process.returncode == 0
    text = seen.decode()
    assert "━" in text, "the progress bar"
    assert "epoch 3/3" in text
    assert "best epoch" in text
    assert text.rstrip().endswith("next: nncli predict run INPUT")
    coloured = re.search(r"\x1b\[[0-9;]*(3[0-8]|9[0-7])[;m]", text)
    assert bool(coloured) == colour
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h"), "the cursor is shown again"


def test_concurrent_runs_get_different_directories(tmp_path):
    tiny.write(tmp_path, tiny.classifier(training={"epochs": 1}))
    processes = [
        subprocess.Popen([*COMMAND, "train", "config.yaml", "--quiet"], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        for _ in range(3)
    ]
    paths = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(paths)) == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", first(1, ["predict", "inspect", "evaluate"]))
def test_a_full_device_as_standard_output_is_reported(runs, command):
    arguments = [command, runs["tiny"]]
    if command == "predict":
        arguments.append(str(Path(runs["tiny"]).parent / tiny.TABLE))
    with open("/dev/full", "w") as full:
        process = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    assert "No space left on device" in process.stderr


def test_a_run_in_progress_cannot_be_resumed(tmp_path):
    tiny.write(tmp_path, tiny.convolutional(**LONG_RUN))
    process = subprocess.Popen(
        [*COMMAND, "train", "config.yaml", "--run-dir", "run"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        while not process.stderr.readline().startswith("epoch "):
            assert process.poll() is None
        found = run("resume", "run", "--set", "training.epochs=1", cwd=tmp_path)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert (found.returncode, found.stdout) == (2, "")
    assert "run" in found.stderr


def shell(command, folder):
    """Run a bash command line that names the program as $NNCLI."""
    environment = {**os.environ, "NNCLI": f"{sys.executable} -m nncli"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_run_continues_when_its_output_is_closed(tmp_path):
    tiny.write(tmp_path, tiny.classifier(training={"epochs": 40, "batch_size": 16}))
    found = shell("$NNCLI train config.yaml --run-dir run 2>&1 | head -2; echo ${PIPESTATUS[0]}", tmp_path)
    assert found.stdout.splitlines()[-1] == "0"
    assert json.loads((tmp_path / "run/status.json").read_text())["state"] == "finished"
    assert len(rows(tmp_path / "run")) == 40


TRAIN, CHECK = "train config.yaml --run-dir run", "check config.yaml"
CLOSED = [
    *((TRAIN, ">&-"), (TRAIN, "2>&-"), (TRAIN, ">&- 2>&-"), (CHECK, ">&-"), (CHECK, "2>&-"), ("list", ">&- 2>&-")),
    *((CHECK, ">&- 2>&-"), ("list", ">&-"), ("list", "2>&-")),
]


@pytest.mark.parametrize(("command", "streams"), first(3, CLOSED))
def test_closed_streams_are_accepted(tmp_path, command, streams):
    tiny.write(tmp_path, tiny.classifier())
    found = shell(f"$NNCLI {command} {streams}", tmp_path)
    assert found.returncode == 0, found.stderr
    assert "Traceback" not in found.stderr
    if command == TRAIN:
        assert json.loads((tmp_path / "run/status.json").read_text())["state"] == "finished"


def test_debug_shows_the_traceback_and_keeps_the_exit_code(tmp_path):
    found = run("check", "gone.yaml", "--debug", cwd=tmp_path)
    assert found.returncode == 2
    assert "Traceback" in found.stderr
    assert "UserError: no such config: gone.yaml" in found.stderr
