"""Test that starter configs are valid and beat a constant baseline when trained."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import ConfigError, DataError, UserError
from nncli.data.sources.dataset import dataset_names
from nncli.data.tables.read_table import parse_table
from nncli.starter.column_selection import excluded_columns
from nncli.starter.input_kind import is_sequence
from nncli.starter.target_kind import infer_target_kind
from nncli.workflows.check import check
from nncli.workflows.init import init
from nncli.workflows.inspect import inspect
from nncli.workflows.train import train
from tests.contracts import files
from tests.long import first
from tests.workflows import tiny

DATES = "dates; convert them to numbers first, such as days since a date"
SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def trained(*settings, **given):
    """Train the config that init writes; return the test metrics, or without test rows the validation metrics."""
    init(**given, output="first.yaml")
    ended = train("first.yaml", list(settings), run_dir="run")
    return ended.test or {name.removeprefix("val_"): value for name, value in ended.best.items() if "val_" in name}


def resolved():
    """Return the text of the resolved first.yaml."""
    return check("first.yaml").resolved


def test_the_config_without_data_trains():
    text = init()
    Path("first.yaml").write_text(text)
    assert check("first.yaml").parameters > 0
    assert train("first.yaml", ["training.epochs=3"], run_dir="run").test["accuracy"] > 0.8
    for section in ("data:", "model:", "loss:", "optimizer:", "metrics:", "training:", "seed:"):
        assert section in text
    assert text.count("#") > 10


@pytest.mark.parametrize("name", first(1, dataset_names()))
def test_the_config_for_a_built_in_dataset_beats_the_constant_baseline(name):
    found = trained(data=name)
    if name == "diabetes":
        assert found["r2"] > 0.3  # predicting the mean gives 0
    else:
        assert found["accuracy"] > 0.95  # always predicting the most frequent class gives 0.1 or 0.5


@pytest.mark.parametrize("file", first(0, ["california_housing_test.csv.gz", "california_housing_train.csv.gz"]))
def test_the_config_for_house_prices_beats_linear_regression(file):
    if not (SHARED / file).exists():
        pytest.skip(f"{file} is not beside the project")
    found = trained(data=str(SHARED / file), targets=["median_house_value"])
    assert found["rmse"] < 69_765
    assert "scale_targets: {type: standard}" in resolved()


def test_symbols_get_an_embedding_and_a_recurrent_layer():
    text = init(data="temporal_order")
    assert "# 2,000 rows, 30 symbols; target: 8 classes" in text
    assert "scale_inputs: none" in text
    assert "- {type: embedding, entries: 6, units: 8}\n  - {type: lstm, units: 32}\n  - {type: dense, units: 8}" in text


def test_a_table_with_text_targets_gets_a_classifier():
    tiny.data(Path())
    found = trained(data="sides.csv", targets=["side"])
    assert found["accuracy"] > 0.85
    text = Path("first.yaml").read_text()
    assert "# 60 rows, 2 columns; target: 2 classes (left, right)." in text
    assert "- sigmoid" in text
    assert "binary_cross_entropy" in text
    assert "# the probability of 'right'" in text


def test_a_table_with_number_targets_gets_a_regression():
    tiny.data(Path())
    assert trained(data="line.csv", targets=["price"])["r2"] > 0.9


def test_a_table_can_have_several_targets():
    tiny.data(Path())
    trained("training.epochs=1", data="line.csv", targets=["price", "age"])
    assert "units: 2" in resolved()


def awkward(rows=120):
    """Write a table with unusable columns, as real tables have."""
    random = np.random.default_rng(0)
    with open("rooms.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "rooms", "city", "built", "note", "empty", "same", "area", "stars"])
        for row in range(rows):
            rooms, city = int(random.integers(1, 6)), ["Rom", "Oslo", "Bern: old", ""][row % 4]
            built, note = f"20{row % 30:02d}-0{row % 9 + 1}-11", f"note {row}"
            area = "" if row % 10 == 3 else f"{rooms * 20 + random.normal():.2f}"
            writer.writerow([row + 1, rooms, city, built, note, "", "x", area, min(rooms, 3)])
    return "rooms.csv"


def test_unusable_columns_are_left_out_with_a_reason():
    trained("training.epochs=1", data=awkward(), targets=["stars"])
    text = Path("first.yaml").read_text()
    assert "inputs: [rooms, city, area]" in text
    for line in (
        "# left out: id: equal to the row number",
        "# left out: built: dates; convert them to numbers first, such as days since a date",
        "# left out: note: 120 different texts",
        "# left out: empty: blank throughout",
        "# left out: same: the same in every row",
    ):
        assert line in text
    assert "target: 3 classes (1, 2, 3)" in text
    assert "# numbers, end the model with one unit and no softmax" in text


def test_names_that_look_like_other_yaml_types_are_quoted():
    Path("odd.csv").write_text("on: off,2,'#',yes\n" + "".join(f"{i % 7},{i % 3},{i % 5},{i * i}\n" for i in range(40)))
    init("odd.csv", ["yes"], "first.yaml")
    assert check("first.yaml").rows["training"] == 32
    init("odd.csv", ["on: off"], "second.yaml")
    assert check("second.yaml").rows["training"] == 32


def test_init_reads_arrays_images_and_idx_files():
    tiny.data(Path())
    init("bars.npz", output="bars.yaml")
    assert check("bars.yaml").plan.input_shape == (8, 8, 1)
    np.savez("other.npz", features=np.random.default_rng(0).normal(size=(60, 3)), price=np.linspace(0, 1, 60))
    init("other.npz", ["price"], "other.yaml")
    assert "inputs: features, targets: price" in Path("other.yaml").read_text()
    assert "mean_squared_error" in Path("other.yaml").read_text()
    for write in (files.npy, files.idx, files.images):
        write(Path())
    for data, targets in (("x.npy", ["y.npy"]), ("x-idx3-ubyte", ["y-idx1-ubyte"]), ("images", [])):
        config = f"{data}.yaml"
        init(data, targets, config)
        assert check(config).rows == {"training": 6}
        assert "binary_cross_entropy" in Path(config).read_text()


def test_arrays_can_be_named_as_in_keras():
    x, y = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 2
    np.savez("four.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    init("four.npz", ["y_train"], "four.yaml")
    assert "{path: four.npz, inputs: x_train, targets: y_train}" in Path("four.yaml").read_text()


def test_paths_are_relative_to_the_config():
    tiny.data(Path())
    Path("configs").mkdir()
    init("sides.csv", ["side"], "configs/first.yaml")
    assert "path: ../sides.csv" in Path("configs/first.yaml").read_text()
    assert check("configs/first.yaml").rows["training"] == 48
    init(str(Path("sides.csv").resolve()), ["side"], "configs/second.yaml")
    assert f"path: {Path('sides.csv').resolve()}" in Path("configs/second.yaml").read_text()


@pytest.mark.parametrize(
    ("targets", "kind", "doubtful"),
    [
        (np.array(["a", "b"] * 5, object), "classes", False),
        (np.array(["1.5", "2"] * 5, object), "numbers", False),
        (np.array(["0", "1"] * 5, object), "classes", False),
        (np.array(["1", "2", "3"] * 5, object), "classes", True),
        (np.arange(100.0), "numbers", False),
        (np.arange(100) % 20, "classes", True),
        (np.arange(105) % 21, "numbers", False),
        (np.arange(10), "numbers", False),
        (np.array([0.5, 1] * 20), "numbers", False),
        (np.array([2, 5] * 3, np.uint8), "classes", False),
        (np.arange(200, dtype=np.uint8), "numbers", False),
        (np.array([True, False] * 9), "classes", False),
        (np.eye(3)[np.arange(30) % 3], "classes", False),
        (np.ones((30, 2)), "numbers", False),
        ((np.arange(30) % 2)[:, None], "classes", False),
        (np.arange(30)[:, None] % [2, 3, 5] == 0, "multi_label", False),
        ((np.arange(30)[:, None] % [2, 3, 5] == 0).astype(float), "multi_label", False),
        (np.array([["true", "0"], ["False", "0"]], object), "multi_label", False),
        (np.array([["true", "2"], ["false", "0"]], object), "numbers", False),
        (np.array([["1.5", "2"], ["1", "0"]], object), "numbers", False),
        (np.arange(30)[:, None] % [2, 3], "numbers", False),
        (np.arange(30).reshape(3, 5, 2) % 2, "numbers", False),
    ],
)
def test_classes_and_numbers_are_distinguished(targets, kind, doubtful):
    assert infer_target_kind(targets) == (kind, doubtful)


def arrays(name="a.npz", **given):
    """Return the text of the config that init writes for arrays, and the result of checking this config."""
    np.savez(name, **given)
    Path(f"{name}.yaml").unlink(missing_ok=True)
    text = init(name, output=f"{name}.yaml")
    return text, check(f"{name}.yaml")


def drawn(*shape, low=0.0):
    return np.random.default_rng(1).uniform(low, 1, size=(40, *shape))


@pytest.mark.parametrize(
    ("x", "sequence"),
    [
        (drawn(50, 3), True),
        (drawn(3, 50), True),
        (drawn(30, 1), True),
        (drawn(20, 16), True),
        (drawn(20, 17), False),
        (drawn(20, 17, low=-1), True),
        (drawn(8, 8, low=-1), False),
        ((drawn(50, 3) * 255).astype(np.uint8), False),
    ],
)
def test_sequences_and_images_are_distinguished(x, sequence):
    assert is_sequence(x) == sequence


def test_sequences_get_a_recurrent_layer_and_scaled_features():
    x = drawn(9, 3) * (1, 100, 10_000)
    text, _ = arrays(x=x, y=x[:, -1, 0])
    assert text.startswith(
        "# 40 rows, sequences of 9 x 3; target: a number.\n# A row of 9 x 3 is taken for a sequence: "
    )
    for words in ("- {type: lstm, units: 32}\n  - {type: dense, units: 1}", "conv1d", "conv2d", "standard  "):
        assert words in text
    assert "transpose" not in text
    run = train("a.npz.yaml", ["training.epochs=1"], run_dir="run")
    assert len(inspect(run.path)["preprocessing"]["input_scaling"]["scale"]) == 3
    assert "transpose the array first: x.transpose(0, 2, 1)" in arrays(x=drawn(3, 9), y=x[:, -1, 0])[0]


def test_the_alternatives_in_comments_are_valid():
    text, _ = arrays(x=drawn(30, 3), y=drawn())
    alternative = "{type: conv1d, filters: 32, kernel_size: 3, padding: same}"
    assert alternative in text
    Path("b.yaml").write_text(
        text.replace("{type: lstm, units: 32}", f"{alternative}\n  - relu\n  - global_avg_pool1d")
    )
    assert check("b.yaml").plan.layers[2].output_shape == (32,)
    alternative = "{type: conv2d, filters: 8, kernel_size: 3, padding: same}"
    assert alternative in text
    Path("b.yaml").write_text(text.replace("{type: lstm, units: 32}", alternative))
    assert check("b.yaml").plan.input_shape == (30, 3, 1)
    text, found = arrays(x=drawn(30, 20), y=drawn())
    assert "is taken for an image with one channel" in text
    assert found.plan.input_shape == (30, 20, 1)
    text, _ = arrays(x=np.arange(120).reshape(40, 3) % 7, y=drawn())
    assert "The inputs are whole numbers up to 6, and taken for quantities" in text
    alternative = "{type: embedding, entries: 7, units: 8}"
    assert alternative in text
    Path("b.yaml").write_text(
        text.replace("scale_inputs: standard", "scale_inputs: none").replace("model:", f"model:\n  - {alternative}")
    )
    assert check("b.yaml").plan.layers[0].output_shape == (3, 8)
    assert "symbols" not in arrays(x=np.arange(120).reshape(40, 3) % 2, y=drawn())[0]


def test_multi_label_targets_get_independent_sigmoid_units():
    x = drawn(3)
    text, _ = arrays(x=x, y=x > (0.5, 0.3, 0.4))
    assert text.startswith("# 40 rows, 3 columns; target: 3 labels, each 0 or 1.\n")
    for words in ("units: 3}", "  - sigmoid\n", "loss: binary_cross_entropy", "metrics: [accuracy, f1]"):
        assert words in text
    assert "scale_targets" not in text
    rows = "".join(f"{i * i % 11},{i % 2},{str(i % 3 == 0).lower()},{int(i % 5 > 1)}\n" for i in range(60))
    Path("labels.csv").write_text(f"x,a,b,c\n{rows}")
    assert "target: 3 labels" in init("labels.csv", ["a", "b", "c"], "labels.yaml")
    assert "val_f1" in train("labels.yaml", ["training.epochs=1"], run_dir="run").best


@pytest.mark.parametrize(("classes", "units", "ending"), [(2, 1, "sigmoid"), (4, 4, "softmax")])
def test_one_hot_targets_are_classes_with_a_comment(classes, units, ending):
    text, _ = arrays(x=drawn(3), y=np.eye(classes)[np.arange(40) % classes])
    assert "# Every row of targets has a single 1, so the columns are taken for classes." in text
    assert f"units: {units}}}" in text
    assert f"  - {ending}\n" in text


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["1", "2", "4"] * 9, None),
        (["1", "", "4"] * 9, None),
        (["red", "blue", ""] * 9, None),
        (["", "x", "x"] * 9, None),
        (["7"] * 9, "the same in every row"),
        ([""] * 9, "blank throughout"),
        ([str(i) for i in range(30)], "equal to the row number"),
        ([str(i) for i in range(9)], None),
        ([str(i + 1) for i in range(30)], "equal to the row number"),
        ([str(3 * i) for i in range(30)], None),
        ([str(1950 + i) for i in range(30)], None),
        ([f"{i}.1.2020" for i in range(1, 29)], DATES),
        (["1", "2", "3", "oops"] * 9, "mostly numbers, but 'oops' in line 5"),
        ([f"name {i}" for i in range(60)], "60 different texts"),
    ],
)
def test_columns_are_left_out_for_the_right_reason(cells, reason):
    table = parse_table(("a,b\n" + "\n".join(f"{cell},1{i * i}" for i, cell in enumerate(cells))).encode(), "t.csv")
    found = excluded_columns(table, np.arange(len(cells))).get("a", "")
    assert found.startswith(reason or "")
    assert bool(found) == (reason is not None)


def test_texts_for_missing_values_are_listed_under_blanks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{i if i % 5 else 'NA'},{'red' if i % 2 else 'NA'},{i % 3 or '?'},{i % 7}.5" for i in range(60)]
    Path("holes.csv").write_text("\n".join(["a,colour,b,y", *rows]))
    text = init("holes.csv", ["y"], "holes.yaml")
    assert "blanks: [NA, '?']" in text
    assert "left out" not in text
    assert check("holes.yaml").plan.input_shape == (4,)


def test_a_column_of_row_numbers_is_kept_if_it_is_the_only_column():
    table = parse_table(("a\n" + "\n".join(map(str, range(100)))).encode(), "t.csv")
    assert excluded_columns(table, np.arange(100)) == {}
    table = parse_table(("a,b\n" + "\n".join(f"{i},{i * i}" for i in range(100))).encode(), "t.csv")
    assert excluded_columns(table, np.arange(100)) == {"a": "equal to the row number"}
    sample = np.arange(0, 100, 3)
    assert excluded_columns(table.take(sample), sample) == {"a": "equal to the row number"}


@pytest.mark.parametrize(
    ("data", "targets", "error", "message"),
    [
        ("gone.csv", [], DataError, "no such file, folder or dataset: gone.csv"),
        ("side.csv", [], DataError, "did you mean 'sides.csv'?"),
        ("sides.csv", [], UserError, "sides.csv: name the column to learn with --target COLUMN. Columns: a, b, side"),
        ("sides.csv", ["sid"], DataError, "no column 'sid'; did you mean 'side'?"),
        ("x.npy", [], UserError, "x.npy: name the file of its targets with --target FILE"),
        ("bars.npz", ["z"], UserError, "bars.npz: name the array to learn with --target NAME. Known: x, y"),
        ("four.npz", [], UserError, "four.npz: name the array to learn with --target NAME. Known: "),
        ("odd.npz", ["b"], UserError, "odd.npz: which of a, c are the inputs? Keep one of them, or rename one to x"),
        ("digits", ["x"], UserError, "digits: contains its targets; leave out --target"),
        ("names.csv", ["income"], DataError, "names.csv:4: the target is 'oops', but usually a number; correct it"),
        ("bars.npz", ["x", "y"], DataError, "only a table can have several targets"),
        (
            "notes.txt",
            [],
            DataError,
            "notes.txt: expected a table (.csv, .tsv, .csv.gz, .tsv.gz, .parquet), arrays (.npz, .npy, idx), an image",
        ),
        ("names.csv", ["name"], DataError, "the target name has 9 different texts in 9 rows"),
        ("names.csv", ["always"], DataError, "all rows have the label 'x'; there is nothing to tell apart"),
        ("names.csv", ["number"], DataError, "no column to learn from ('name': 9 different texts; 'always': the same"),
    ],
)
def test_unusable_data_are_rejected(data, targets, error, message):
    tiny.data(Path())
    files.npy(Path())
    Path("notes.txt").write_text("hello")
    rows = "".join(f"n{i},x,{i * i},{'oops' if i == 2 else i * 1.5}\n" for i in range(9))
    Path("names.csv").write_text(f"name,always,number,income\n{rows}")
    np.savez("four.npz", x_train=np.ones(2), y_train=np.ones(2), x_test=np.ones(2), y_test=np.ones(2))
    np.savez("odd.npz", a=np.ones(2), b=np.ones(2), c=np.ones(2))
    with pytest.raises(error) as caught:
        init(data, targets, "first.yaml")
    assert message in str(caught.value)
    assert not Path("first.yaml").exists()


def test_existing_files_are_not_overwritten():
    Path("first.yaml").write_text("mine")
    with pytest.raises(UserError, match=r"first.yaml: exists already and is not overwritten; name another file"):
        init("digits", output="first.yaml")
    assert Path("first.yaml").read_text() == "mine"


def test_a_target_requires_data():
    with pytest.raises(UserError, match="--target needs --data"):
        init(targets=["price"])


def test_problems_found_by_the_check_are_reported():
    rows = "".join(f"{i * i},{colour},{i % 2}\n" for i, colour in enumerate(["NA", "1", "blue"] * 9))
    Path("colours.csv").write_text(f"a,colour,b\n{rows}")
    with pytest.raises(ConfigError, match="column 'colour': expected a finite number") as caught:
        init("colours.csv", ["b"], "first.yaml")
    assert "the new config:" in str(caught.value)
    assert not Path("first.yaml").exists()


def test_the_init_command_writes_a_config(tmp_path):
    from typer.testing import CliRunner

    from nncli.cli.app import command_line

    def nncli(*arguments):
        return CliRunner().invoke(command_line([]), list(arguments))

    tiny.data(tmp_path)
    shown = nncli("init", "--data", "sides.csv", "--target", "side")
    assert (shown.exit_code, shown.stderr) == (0, "")
    written = nncli("init", "--data", "sides.csv", "--target", "side", "--output", "mine.yaml")
    assert (written.exit_code, written.stdout, written.stderr) == (0, "mine.yaml\n", "next: nncli train mine.yaml\n")
    assert Path("mine.yaml").read_text() == shown.stdout
    assert nncli("check", "mine.yaml").exit_code == 0
    again = nncli("init", "--output", "mine.yaml")
    assert (again.exit_code, again.stdout) == (2, "")
    assert json.dumps(again.stderr).count("\\n") == 1


def test_dollar_signs_in_names_and_line_breaks_in_labels_are_accepted():
    rows = "".join(f'{i * i},"{"a" if i % 2 else "b" + chr(0x2028) + "c"}"\n' for i in range(60))
    Path("we${ird}.csv").write_text(f"x${{y}},label\n{rows}")
    init("we${ird}.csv", ["label"], "first.yaml")
    assert check("first.yaml").rows["training"] == 48
    assert train("first.yaml", ["training.epochs=1"], run_dir="run").best
