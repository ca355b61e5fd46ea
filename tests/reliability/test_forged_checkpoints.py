"""Forged checkpoints with matching checksums are rejected or harmless, and no code from them is run."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from nncli.cli.app import command_line
from nncli.core.errors import CheckpointError, NncliError, UserError
from nncli.runs import checkpoint
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.model import Model
from nncli.workflows.predict import predict
from nncli.workflows.resume import resume
from tests.long import first
from tests.reliability.forge import Marker, described, members, npy, write
from tests.workflows import tiny

DEEP: list = []
for _ in range(490):
    DEEP = [DEEP]
UNUSUAL = [None, "x", "", -1, 0, 3, 10**400, 2**63, 1.5, float("nan"), float("inf"), -1e300, True, [], {}, [[]], DEEP]
UNUSUAL += [["x"], {"x": 1}, {"type": "dense"}, "../x", "\ud800", "x" * 5000, [0] * 2000, {"": {"": {"": {}}}}]
UNUSUAL_IN_STATE = [None, "x", -1, 1.5, float("nan"), 10**400, True, [], {}, [1], 2**60]


def parts(content):
    """Return (meta.json, the other members)."""
    content = dict(content)
    return json.loads(content.pop("meta.json")), content


def places(value, path=()):
    """Return the path of every value in nested plain values."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inside for found in places(item, (*path, key)))]


def put(meta, path, value):
    """Return a copy with another value at a path; Ellipsis removes the value."""
    if not path:
        return value
    meta = copy.deepcopy(meta)
    place = meta
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return meta


APP = command_line([])


def command(*arguments):
    """Run a command and return its exit code."""
    found = CliRunner().invoke(APP, [str(item) for item in arguments])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code


@pytest.fixture(scope="module")
def forging(stopped, tmp_path_factory):
    """Return (the folder with the data, a folder for forged files, meta.json, the other members)."""
    return stopped, tmp_path_factory.mktemp("forged"), *parts(members(stopped / "run" / "checkpoints" / "last.npz"))


def try_all(data, path):
    """Call every function and command that reads a checkpoint; unexpected errors fail the test."""
    uses = [
        lambda: list(predict(path, data / tiny.TABLE).arrays()),
        lambda: inspect(path, verify=True),
        lambda: Model.load(path),
        lambda: evaluate(path, data / tiny.TABLE),
    ]
    for use in uses:
        with contextlib.suppress(UserError):
            use()
    assert command("inspect", path) in (0, 2)
    assert command("inspect", path, "--json") in (0, 2)


@pytest.mark.parametrize("count", first(1, [20, 800]))
def test_a_forged_meta_is_rejected_or_harmless(forging, count):
    data, folder, meta, others = forging
    paths = places(meta)[1:]

    @settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(paths), st.sampled_from([..., *UNUSUAL])), min_size=1, max_size=2))
    def forge(changes):
        forged = meta
        for path, value in changes:
            # the first change may have removed the place of the second
            with contextlib.suppress(LookupError, TypeError, RecursionError):
                forged = put(forged, path, value)
        write(folder / "forged.npz", forged, others)
        try_all(data, folder / "forged.npz")

    forge()


@pytest.mark.parametrize(
    "value", first(1, [16, 21, *(number for number in range(len(UNUSUAL)) if number not in (16, 21))])
)
def test_an_unusual_value_in_any_part_of_meta_json_is_rejected_or_harmless(forging, value):
    data, folder, meta, others = forging
    for key in meta:
        if key == "sha256":
            continue
        write(folder / "odd.npz", put(meta, (key,), UNUSUAL[value]), others)
        try_all(data, folder / "odd.npz")


def trainer_states(meta):
    """Return (path, value) pairs that put unusual values into the state of a trainer."""
    found = [(("trainer",), value) for value in (..., *UNUSUAL_IN_STATE)]
    for path in places(meta["trainer"])[1:]:
        found += [(("trainer", *path), value) for value in (..., *UNUSUAL_IN_STATE)]
    return found


def allowed(meta, path, value):
    """Return whether the state of a trainer can have this value at this path."""
    name, depth, before = path[-1], len(path), meta
    for key in path:
        before = before[key]
    number = type(value) in (float, int) and (isinstance(value, float) or abs(value) < 2**53)
    if path[1:] == ("stopping",):
        return value is None
    if path[1:] in (("last_record",), ("best_record",)):
        return value == {}  # there is no record before the first epoch
    if path[1:2] in (("best",), ("stopping",), ("plateau",)) and name == "best" and depth == 3:
        return number or value is None
    if path[1:2] in (("last_record",), ("best_record",)) and depth == 3 and name not in ("epoch", "step"):
        return number or value is ...
    if name in ("seconds", "total_seconds", "divisor"):
        return number and 0 <= value < float("inf")
    if name == "loss":
        return number and value == value
    return False


@pytest.mark.parametrize("part", first(1, range(5)))
def test_an_impossible_trainer_state_is_rejected(forging, part):
    _, folder, meta, others = forging
    states = trainer_states(meta)
    assert len(states) > 250
    for path, value in states[part::5]:
        write(folder / "state.npz", put(meta, path, value), others)
        if allowed(meta, path, value):
            Model.load(folder / "state.npz")
            continue
        with pytest.raises(CheckpointError) as caught:
            Model.load(folder / "state.npz")
        assert "state.npz: its state does not fit the model (" in str(caught.value), (path, value)
        assert len(str(caught.value).splitlines()) == 1


STATES = [("epoch", "x"), ("step", -1), ("step_in_epoch", 4), ("seconds", float("nan")), ("tally", []), ("best", ...)]
STATES += [("optimizer_steps", 10**400), ("best_record", {}), ("last_record", {"epoch": 1}), ("skipped", True)]


@pytest.mark.parametrize(("key", "value"), STATES)
def test_a_run_is_not_resumed_from_an_impossible_state(forging, run, last, key, value):
    _, _, meta, others = forging
    write(last, put(meta, ("trainer", key), value), others)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(CheckpointError, match=r"last\.npz: its state does not fit the model"):
        resume(run)
    after = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before


@pytest.mark.parametrize("seed", first(4, range(60)))
def test_a_run_resumes_from_a_forged_state_or_rejects_it(forging, run, last, seed):
    _, _, meta, others = forging
    states = trainer_states(meta)
    path, value = states[int(np.random.default_rng(seed).integers(len(states)))]
    write(last, put(meta, path, value), others)
    with contextlib.suppress(NncliError):
        resume(run)


@pytest.mark.parametrize(
    "change",
    [
        lambda array: array.astype(np.float64 if array.dtype == np.float32 else np.float32),
        lambda array: np.zeros((*array.shape, 1), array.dtype),
        lambda array: np.zeros(array.size + 1, array.dtype),
        lambda array: np.array("text"),
        lambda array: np.zeros(array.shape, np.int64),
        lambda array: None,
    ],
)
def test_missing_or_unsuitable_state_arrays_are_rejected(forging, change):
    _, folder, meta, others = forging
    names = [name for name in meta["arrays"] if name.startswith(checkpoint.STATE)]
    assert {name.split("/")[1] for name in names} == {"optimizer", "tally", "weights"}
    for name in names:
        forged, content = copy.deepcopy(meta), dict(others)
        array = change(np.lib.format.read_array(io.BytesIO(content.pop(f"{name}.npy"))))
        del forged["arrays"][name]
        if array is not None:
            forged["arrays"][name] = described(array)
            content[f"{name}.npy"] = npy(array)
        write(folder / "arrays.npz", forged, content)
        with pytest.raises(CheckpointError, match=r"arrays\.npz: its state does not fit the model \(the array '"):
            Model.load(folder / "arrays.npz")


def test_an_extra_state_array_is_rejected(forging):
    _, folder, meta, others = forging
    forged = put(meta, ("arrays", "state/more"), described(np.zeros(3)))
    write(folder / "more.npz", forged, {**others, "state/more.npy": npy(np.zeros(3))})
    with pytest.raises(CheckpointError, match="the array 'more' is not part of this model"):
        Model.load(folder / "more.npz")


def test_nothing_is_unpickled(forging, tmp_path):
    data, _, meta, others = forging
    marker = tmp_path / "marker"
    objects = np.array([Marker(marker)], dtype=object)
    file = tmp_path / "objects.npz"
    pickle.loads(pickle.dumps(Marker(marker)))
    marker.rmdir()  # the marker works: unpickling it creates the folder
    for name in ("0.dense.bias", "state/tally/accuracy"):
        for dtype in ("|O", "<f4", "|V8", "O", "object"):
            forged = put(meta, ("arrays", name), {**described(np.zeros(1)), "dtype": dtype, "shape": [1]})
            write(file, forged, {**others, f"{name}.npy": npy(objects)})
            try_all(data, file)
            with pytest.raises(CheckpointError, match=r"is damaged|expected the array"):
                Model.load(file)
            raw = {**others, f"{name}.npy": pickle.dumps(Marker(marker))}
            write(file, forged, raw)
            try_all(data, file)
    for content in (pickle.dumps(Marker(marker)), npy(objects)):
        file.write_bytes(content)
        try_all(data, file)
    assert not Path(marker).exists()


def test_code_named_by_a_checkpoint_is_not_run(forging, tmp_path):
    data, _, meta, others = forging
    plugin = tmp_path / "evil.py"
    marker = tmp_path / "marker"
    plugin.write_text(f"import os\nos.mkdir({str(marker)!r})\n")
    file = tmp_path / "plugin.npz"
    for plugins in ([{"name": str(plugin), "sha256": "0" * 64, "registers": []}], [str(plugin)], str(plugin), {"a": 1}):
        write(file, {**meta, "plugins": plugins}, others)
        try_all(data, file)
    for kind in ("os.system", "__import__('os')", "evil", str(plugin)):
        write(file, put(meta, ("config", "model", 0, "type"), kind), others)
        try_all(data, file)
    assert not marker.exists()


def test_a_folder_in_place_of_a_checkpoint_is_rejected(stopped, tmp_path):
    shutil.copytree(stopped / "run", tmp_path / "run")
    (tmp_path / "run" / "checkpoints" / "last.npz").unlink()
    (tmp_path / "run" / "checkpoints" / "last.npz").mkdir()
    with pytest.raises(CheckpointError, match=r"last\.npz: cannot be read"):
        resume(tmp_path / "run")
