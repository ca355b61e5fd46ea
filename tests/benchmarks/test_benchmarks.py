"""Test the code of the benchmarks; no test checks a measured time."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from tests.benchmarks import comparing, growth, machine, start_up, tables
from tests.benchmarks.sides.command import run
from tests.benchmarks.sides.floor import operations_of, products_of
from tests.benchmarks.turns import Side, ratio
from tests.benchmarks.workloads import POOL, Workload, conv, dense, workload_of, workloads

TINY = Workload("tiny", (3,), dense(4, 2), batch=5, rows=10, classes=2)
QUICK = (sys.executable, "-I", "-S", "-c")


def side(name, *seconds):
    return Side(name, (), seconds=list(seconds), peak_bytes=50_000_000)


def shown(table, width=tables.WIDTH):
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()


def cells(line):
    return [cell.strip() for cell in line.strip()[1:-1].split("│")]


@pytest.fixture
def nothing_installed(monkeypatch):
    """Pretend that PyTorch, scikit-learn and numba are not installed."""
    for module in (comparing, machine):
        monkeypatch.setattr(module, "installed", lambda _: False)


def test_a_side_runs_its_turns_in_a_separate_process():
    own = Side("nncli", ("with_nncli", TINY.argument, "1"))
    times = comparing.measure("tiny", [own], turns=2)[0]["sides"]["nncli"]
    assert len(times["seconds"]) == 2
    assert min(times["seconds"]) > 0
    assert times["peak_bytes"] > 1e7
    assert "version" in times
    assert times["ratio"] == {"middle": 1, "low": 1, "high": 1}


def test_results_include_the_time_of_the_floor_divided_by_the_time_of_nncli(monkeypatch):
    monkeypatch.setattr(comparing, "take_turns", lambda sides, turns: None)
    floor = side("floor", 0.5, 0.5)
    floor.about["operations"] = 400
    sides = [side("nncli", 2, 2), side("nncli, fast", 1, 1), side("PyTorch, best", 4, 3)]
    result, fast = comparing.measure("tiny", sides, turns=2, floor=floor)
    assert (result["share_of_floor"], result["floor_rate"], result["floor_seconds"]) == (0.25, 800, 0.5)
    assert (result["workload"], fast["workload"], fast["share_of_floor"]) == ("tiny", "tiny, fast", 0.5)
    assert list(result["sides"]) == list(fast["sides"]) == ["nncli", "PyTorch, best"]
    assert fast["sides"]["nncli"]["median"] == 1
    assert result["sides"]["PyTorch, best"]["ratio"]["middle"] == 1.75
    assert fast["sides"]["PyTorch, best"]["ratio"]["middle"] == 3.5


def test_the_error_names_the_side_that_failed():
    with pytest.raises(SystemExit, match="other failed; see above"):
        comparing.measure("tiny", [Side("other", ("no_such_module",))], turns=1)


def test_ratios_compare_adjacent_turns():
    own = side("nncli", 1, 2, 1, 1, 2, 1, 1, 1)
    other = side("other", 9, 2, 2, 3, 8, 5, 6, 7)  # ratios 9 1 2 3 4 5 6 7, sorted 1 2 3 4 5 6 7 9
    found = ratio(other, own)
    assert (found.middle, found.low, found.high) == (4.5, 3, 6)
    assert str(found) == "4.50 (3.00-6.00)"
    assert ratio(side("other", 6), side("nncli", 4)).middle == 1.5


def test_a_command_gets_a_new_directory_in_every_turn():
    make = "import os, sys; os.mkdir(sys.argv[1])"
    assert all(run([*QUICK, make, "NEW"]) > 0 for _ in range(2))


def test_the_output_of_a_failing_command_is_shown():
    with pytest.raises(SystemExit, match=r"(?s)ended with 1:.*no such thing"):
        run([*QUICK, "raise SystemExit('no such thing')"])


def test_a_workload_is_restored_from_its_command_line_argument():
    assert workload_of(TINY.argument) == TINY
    for name, workload in workloads().items():
        assert workload_of(name) == workload_of(workload.argument) == workload


def test_matrix_products_of_a_dense_network_are_counted():
    forward, weights = [(5, 3, 4), (5, 4, 2)], [(3, 5, 4), (4, 5, 2)]
    assert products_of(TINY) == [*forward, *weights, (5, 2, 4)]
    assert operations_of(TINY) == 2 * 2 * (60 + 40 + 60 + 40 + 40)  # 2 batches; each term has one * and one +


def test_matrix_products_of_a_convolutional_network_are_counted():
    small = Workload("small", (4, 4, 2), [*conv(3), POOL, *dense(5)], batch=2, rows=3, classes=5)
    # every position of the image is a patch of the convolution; pooling leaves 2 x 2 positions
    forward = [(2 * 4 * 4, 3 * 3 * 2, 3), (2, 2 * 2 * 3, 5)]
    assert products_of(small) == [*forward, (18, 32, 3), (12, 2, 5), (2, 5, 12)]
    assert operations_of(small) == 2 * 2 * (2 * 32 * 18 * 3 + 3 * 2 * 12 * 5)


def test_predictions_need_only_the_forward_products():
    predicting = Workload("predicting", (3,), dense(4, 2), batch=5, rows=10, classes=2, predicting=1)
    assert products_of(predicting) == [(1, 3, 4), (1, 4, 2)]
    assert operations_of(predicting) == 10 * 2 * (12 + 8)


@pytest.mark.usefixtures("nothing_installed")
def test_missing_libraries_are_reported_and_left_out():
    assert [line.split(",")[0] for line in machine.missing()] == [
        "PyTorch is not installed",
        "scikit-learn is not installed",
        "numba is not installed",
    ]
    assert [one.name for one in comparing.sides_of(TINY, 2)] == ["nncli"]
    assert [one.name for one in comparing.whole_process_sides(2)] == ["nncli"]
    assert "PyTorch" not in machine.facts(machine.about())


def test_installed_libraries_are_compared(monkeypatch):
    monkeypatch.setattr(comparing, "installed", lambda _: True)
    pytorch = ["PyTorch, default", "PyTorch, best"]
    assert [one.name for one in comparing.sides_of(TINY, 2)] == ["nncli", "nncli, fast", *pytorch, "scikit-learn"]
    assert [one.name for one in comparing.sides_of(workloads()["cnn-28"], 2)] == ["nncli", "nncli, fast", *pytorch]
    assert [one.name for one in comparing.whole_process_sides(2)] == ["nncli", *pytorch]
    assert [one.environment["NNCLI_COMPILED"] for one in comparing.sides_of(TINY, 2)[:2]] == ["0", "1"]


def test_facts_list_machine_and_versions():
    lines = machine.facts(machine.about()).splitlines()
    assert " cores, " in lines[0]
    assert all(name in lines[1] for name in ("python ", "nncli ", "numpy ", "blas "))


def test_a_busy_machine_is_reported(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.setattr(machine.os, "getloadavg", lambda: (0.1, 5, 5))
    assert machine.slowed() == []
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setattr(machine.os, "getloadavg", lambda: (1.3, 0, 0))
    kernel, load = machine.slowed()
    assert "OPENBLAS_CORETYPE=Prescott" in kernel
    assert "(load 1.3)" in load


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0000123, "0.0123 ms"), (0.00123, "1.23 ms"), (0.0952, "95.2 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s")],
)
def test_times_have_three_significant_digits(seconds, words):
    assert tables.duration(seconds) == words


def test_table_lines_show_times_ratios_and_memory():
    own = side("nncli", 0.1, 0.1)
    others = [side("PyTorch, default", 2, 2.5), side("PyTorch, best", 0.2, 0.2), side("scikit-learn", 0.05, 0.05)]
    others[1].about["way"] = "channels_last, 2 threads"
    compared = {
        "workload": "resnet-small",
        "sides": comparing.times_of([own, *others], own),
        "floor_rate": 38e9,
        "share_of_floor": 0.14,
    }
    whole = {"workload": "whole-process", "sides": comparing.times_of([own], own)}
    lines = shown(tables.table_of([compared, whole])).splitlines()
    assert max(map(len, lines)) <= tables.WIDTH
    first, second = (line for line in lines if "100 ms" in line)
    assert cells(first) == [
        *("resnet-small", "100 ms", "22.50 (20.00-25.00)", "2.00 (2.00-2.00)", "0.50 (0.50-0.50)"),
        *("14% of 38", "50/50/50"),
    ]
    assert cells(second) == ["whole-process", "100 ms", "", "", "", "", "50/-/-"]
    assert any("PyTorch, best: resnet-small channels_last, 2 threads." in line for line in lines)


def test_start_up_is_compared_with_the_import_of_numpy():
    numpy = side(start_up.IMPORT_NUMPY, 0.1)
    result = {"sides": comparing.times_of([side("nncli --help", 0.2), numpy], numpy)}
    help_line, numpy_line = shown(tables.start_up_table(result)).splitlines()[-3:-1]
    assert cells(help_line) == ["nncli --help", "200 ms", "2.00 (2.00-2.00)", "50"]
    assert cells(numpy_line) == [start_up.IMPORT_NUMPY, "100 ms", "1", "50"]


def test_growth_table_marks_time_that_grows_faster_than_operations(monkeypatch):
    def take_turns(sides, turns):
        for one, seconds in zip(sides, (1, 2.4, 6.2), strict=True):
            one.seconds = [seconds] * turns

    monkeypatch.setattr(growth, "take_turns", take_turns)
    points = [growth.Point(f"{rows} rows", Workload("tiny", (3,), dense(1), 5, rows), 1) for rows in (10, 20, 40)]
    results = growth.measure(points, turns=3)
    assert [result["operations"] for result in results] == [2 * 2 * 2 * 15, 4 * 2 * 2 * 15, 8 * 2 * 2 * 15]
    assert "time_growth" not in results[0]
    assert [result["operations_growth"] for result in results[1:]] == [2, 2]
    assert [result["time_growth"] for result in results[1:]] == pytest.approx([2.4, 6.2 / 2.4])
    lines = shown(growth.table_of("samples", results)).splitlines()
    assert [cells(line)[-1] for line in lines if " rows " in line] == ["", "x 1.20", "x 1.29 !"]


def test_every_series_can_be_measured():
    for title, points in growth.series(2).items():
        assert len(points) > 1, title
        assert all(operations_of(point.workload) > 0 for point in points)
    assert growth.series(1)["threads (cnn-28)"][0].threads == 1
