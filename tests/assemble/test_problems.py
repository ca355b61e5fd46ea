"""Test the messages and positions of problems within a config, and between a config and its data."""

from __future__ import annotations

import pytest

from nncli.core.errors import ConfigError
from nncli.workflows.check import check
from tests.workflows import tiny

DIGITS = """\
data:
  train: {dataset: digits}
  validation: {fraction: 0.1}
model:
  - {type: dense, units: 16}
  - relu
  - {type: dense, units: 10}
  - softmax
loss: cross_entropy
optimizer: adam
metrics: [accuracy]
training: {epochs: 1}
"""
DIABETES = """\
data:
  train: {dataset: diabetes}
  validation: {fraction: 0.1}
model:
  - {type: dense, units: 1}
loss: mean_squared_error
optimizer: adam
metrics: [rmse]
"""


SMALLER = "use padding: same, a smaller window, or fewer pooling layers before this layer"


@pytest.fixture
def problem_lines(tmp_path, monkeypatch):
    """Return a function that returns the problems of a config text, one per line."""
    monkeypatch.chdir(tmp_path)
    tiny.data(tmp_path)

    def lines_of(text):
        (tmp_path / "a.yaml").write_text(text)
        with pytest.raises(ConfigError) as caught:
            check("a.yaml")
        lines = str(caught.value).splitlines()
        count = sum(not line.startswith("    ") for line in lines) - 1
        assert lines[-1] == f"{count} {'problem' if count == 1 else 'problems'} in a.yaml; nothing was run"
        return lines[:-1]

    return lines_of


def changed(old, new, text=DIGITS):
    """Return the config with one part replaced."""
    assert text.count(old) == 1
    return text.replace(old, new)


def test_the_base_configs_are_valid(tmp_path):
    for text in (DIGITS, DIABETES):
        (tmp_path / "a.yaml").write_text(text)
        assert check(str(tmp_path / "a.yaml")).parameters > 0


def test_a_wrong_number_of_units_is_reported_at_the_last_layer_with_units(problem_lines):
    (line,) = problem_lines(changed("units: 10", "units: 7"))
    assert line.startswith("a.yaml:7:5: model.2: 10 classes, 7 units")


@pytest.mark.parametrize("last", ["dropout", "layer_norm", "{type: group_norm, groups: 1}"])
def test_layers_that_keep_the_size_may_follow_the_layer_with_the_wrong_units(problem_lines, last):
    text = changed("  - {type: dense, units: 10}\n", f"  - {{type: dense, units: 7}}\n  - {last}\n")
    (line,) = problem_lines(text)
    assert line.startswith("a.yaml:7:5: model.2: 10 classes, 7 units")


def test_ten_classes_and_one_sigmoid_unit_are_rejected(problem_lines):
    text = changed("units: 10}\n  - softmax\nloss: cross_entropy", "units: 1}\n  - sigmoid\nloss: bce")
    (line,) = problem_lines(text)
    assert line.startswith("a.yaml:7:5: model.2: 10 classes, but 1 unit can only tell 2 classes apart")


def test_two_classes_and_two_units_are_valid_for_cross_entropy(tmp_path):
    text = changed("{dataset: digits}", "{dataset: digits, classes: ['2', '5']}").replace("units: 10", "units: 2")
    (tmp_path / "a.yaml").write_text(text)
    found = check(str(tmp_path / "a.yaml"))
    assert found.rows == {"training": 323, "validation": 36}
    assert any("1438" in note for note in found.notes), "a note gives the number of rows that are left out"


@pytest.mark.parametrize(
    ("end", "loss", "words"),
    [
        ("softmax", "binary_cross_entropy", "use cross_entropy"),
        (
            "relu",
            "cross_entropy",
            "cross_entropy wants probabilities that sum to 1, but the model ends in relu; put softmax in its place",
        ),
        ("tanh", "cross_entropy", "put softmax in its place"),
        ("sigmoid", "cross_entropy", "wants probabilities that sum to 1, but the model ends in sigmoid; put softmax"),
        *(
            (name, "cross_entropy", f"but the model ends in {name}; put softmax in its place")
            for name in ("leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "hard_swish", "mish")
        ),
        ("linear", "cross_entropy", "end the model in softmax, or write {type: cross_entropy, from_logits: true}"),
        ("dropout", "cross_entropy", "end the model in softmax, or write {type: cross_entropy, from_logits: true}"),
        ("softmax", "{type: cross_entropy, from_logits: true}", "from_logits"),
        (
            "leaky_relu",
            "{type: cross_entropy, from_logits: true}",
            "but it ends in leaky_relu; drop from_logits or leaky_relu",
        ),
    ],
)
def test_an_unsuitable_loss_is_reported_at_the_loss(problem_lines, end, loss, words):
    (line,) = problem_lines(changed("softmax", end).replace("loss: cross_entropy", f"loss: {loss}"))
    assert line.startswith("a.yaml:9:7: loss: ")
    assert words in line


def test_cross_entropy_with_one_unit_is_rejected(problem_lines):
    (line,) = problem_lines(changed("units: 10}\n  - softmax", "units: 1}\n  - sigmoid"))
    assert line.startswith("a.yaml:9:7: loss: ")
    assert "sigmoid and binary_cross_entropy" in line


def test_softmax_over_one_unit_is_rejected(problem_lines):
    (line,) = problem_lines(changed("units: 10", "units: 1"))
    assert line.startswith("a.yaml:8:5: model.3: softmax wants two units or more")


def test_several_units_for_one_target_are_rejected(problem_lines):
    (line,) = problem_lines(changed("units: 1}", "units: 3}", DIABETES))
    assert line.startswith("a.yaml:5:5: model.0: 1 target, 3 units")


def test_continuous_targets_are_rejected_as_labels(problem_lines):
    text = changed("loss: mean_squared_error", "loss: cross_entropy", DIABETES).replace("metrics: [rmse]\n", "")
    lines = problem_lines(text.replace("units: 1}", "units: 2}\n  - softmax"))
    assert len(lines) == 1, lines
    assert lines[0].startswith("a.yaml:5:5: model.0: 214 classes, 2 units")


def test_text_labels_are_rejected_by_regression_losses(problem_lines):
    (line,) = problem_lines(
        "data:\n  train: {path: sides.csv, targets: side}\n"
        "model: [{type: dense, units: 1}]\nloss: mse\noptimizer: adam\n"
    )
    assert line.startswith("a.yaml:2:10: data.train: ")
    assert "sides.csv:2: target 'side': expected a number; got '" in line
    assert "cross_entropy" in line


@pytest.mark.parametrize(
    ("layers", "where", "words", "hint"),
    [
        (
            "[{type: conv2d, filters: 2, kernel_size: 9}, {type: dense, units: 10}, softmax]",
            "model.0",
            "conv2d wants at least 9 rows and 9 columns, padding included, for its window, but the rows of the data "
            "have the shape (8, 8, 1)",
            SMALLER,
        ),
        (
            "[flatten, {type: conv2d, filters: 2, kernel_size: 3}, {type: dense, units: 10}, softmax]",
            "model.1",
            "conv2d wants (height, width, channels), but model.0 flatten gives (64,)",
            "put {type: reshape, shape: [8, 8, 1]} before conv2d",
        ),
        (
            "[{type: max_pool2d, pool_size: 5}, {type: avg_pool2d, pool_size: 2}, {type: dense, units: 10}, softmax]",
            "model.1",
            "but model.0 max_pool2d gives (1, 1, 1)",
            SMALLER,
        ),
        (
            "[{type: conv2d, filters: 2, kernel_size: [3, 9]}, {type: dense, units: 10}, softmax]",
            "model.0",
            "wants at least 3 rows and 9 columns",
            SMALLER,
        ),
    ],
)
def test_a_layer_that_does_not_fit_is_reported_at_that_layer(problem_lines, layers, where, words, hint):
    head, _, tail = DIGITS.partition("model:")
    items = layers.strip("[]").split(", {")
    text = f"{head}model: {layers}\nloss{tail.partition('loss')[2]}"
    line, hint_line = problem_lines(text)
    column = text.splitlines()[3].index("[") + 2
    index = int(where.partition(".")[2])
    starts = [column, *(column + len(", {".join(items[:count])) + 2 for count in range(1, len(items)))]
    assert line.startswith(f"a.yaml:4:{starts[index]}: {where}: "), line
    assert words in line
    assert hint_line == f"    {hint}"


def test_a_table_does_not_fit_a_convolution(problem_lines):
    (line,) = problem_lines(
        changed(
            "{type: dense, units: 1}",
            "{type: conv2d, filters: 1, kernel_size: 1}\n  - {type: dense, units: 1}",
            DIABETES,
        )
    )
    assert line == (
        "a.yaml:5:5: model.0: conv2d wants (height, width, channels), but the rows of the data have the shape (10,)"
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (changed("metrics: [accuracy]", "metrics: [accuracy, rmse]"), "a.yaml:11:21: metrics.1: rmse measures numbers"),
        (
            changed("metrics: [rmse]", "metrics: [accuracy]", DIABETES),
            "a.yaml:8:11: metrics.0: accuracy measures class",
        ),
    ],
)
def test_metrics_of_the_wrong_kind_are_rejected(problem_lines, text, start):
    (line,) = problem_lines(text)
    assert line.startswith(start)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_binary_averages_are_rejected_for_more_than_two_classes(problem_lines, name):
    (line,) = problem_lines(changed("[accuracy]", f"[accuracy, {{type: {name}, average: binary}}]"))
    assert line == (
        "a.yaml:11:21: metrics.1: average: binary is for 2 classes, and there are 10; write macro, weighted or micro"
    )


def test_scaled_class_labels_are_rejected(problem_lines):
    (line,) = problem_lines(changed("  validation", "  scale_targets: standard\n  validation"))
    assert line.startswith("a.yaml:3:18: data.scale_targets: cross_entropy learns class labels")


def test_a_list_of_classes_is_rejected_for_a_regression(problem_lines):
    (line,) = problem_lines(changed("{dataset: diabetes}", "{dataset: diabetes, classes: ['1']}", DIABETES))
    assert line.startswith("a.yaml:2:39: data.train.classes: mean_squared_error learns numbers")


@pytest.mark.parametrize(
    ("monitor", "words"),
    [
        (
            "val_acuracy",
            "no column 'val_acuracy'; did you mean 'val_accuracy'? Known: val_loss, val_accuracy, train_loss",
        ),
        ("accuracy", "no column 'accuracy'"),
        ("val_rmse", "no column 'val_rmse'"),
    ],
)
@pytest.mark.parametrize("key", ["checkpoint", "early_stopping"])
def test_unknown_monitors_are_rejected(problem_lines, key, monitor, words):
    (line,) = problem_lines(changed("{epochs: 1}", f"{{{key}: {{monitor: {monitor}}}}}"))
    assert line.startswith(
        f"a.yaml:12:{len('training: {' + key + ': {monitor: ') + 1}: training.{key}.monitor: {words}"
    )


def test_a_validation_monitor_needs_validation_rows(problem_lines):
    text = changed("  validation: {fraction: 0.1}\n", "")
    (line,) = problem_lines(text.replace("{epochs: 1}", "{early_stopping: {monitor: val_loss}}"))
    assert line.startswith("a.yaml:11:38: training.early_stopping.monitor: ")
    assert "there are no validation rows; add data.validation" in line


@pytest.mark.parametrize(
    ("validation", "test", "where"),
    [
        ("{fraction: 0.6}", "{fraction: 0.4}", ("data.validation", "data.test")),
        ("{fraction: 0.6}", "{fraction: 0.6}", ("data.validation", "data.test")),
        ("{fraction: 0.999}", "null", ("data.validation",)),
        ("{fraction: 0.001}", "null", ("data.validation",)),
        ("null", "{fraction: 0.001}", ("data.test",)),
    ],
)
def test_fractions_must_leave_rows_in_every_split(problem_lines, validation, test, where):
    lines = problem_lines(
        f"data:\n  train: {{path: sides.csv, targets: side}}\n  validation: {validation}\n  test: {test}\n"
        "model: [{type: dense, units: 1}, sigmoid]\nloss: bce\noptimizer: adam\n"
    )
    assert len(lines) == 1, lines
    assert lines[0].split(": ")[1].startswith(where)


def test_stratify_needs_class_labels(problem_lines):
    (line,) = problem_lines(changed("{fraction: 0.1}", "{fraction: 0.1, stratify: true}", DIABETES))
    assert line.startswith("a.yaml:3:41: data.validation.stratify: stratify wants class labels")


def test_stratify_needs_two_rows_per_class(problem_lines, tmp_path):
    (tmp_path / "few.csv").write_text("a,y\n1,u\n2,u\n3,u\n4,v\n")
    (line,) = problem_lines(
        "data:\n  train: {path: few.csv, targets: y}\n  test: {fraction: 0.5, stratify: true}\n"
        "model: [{type: dense, units: 1}, sigmoid]\nloss: bce\noptimizer: adam\n"
    )
    assert line.startswith("a.yaml:3:9: data.test: ")
    assert "'v'" in line, "the class with a single row is named"


def test_a_class_without_rows_is_rejected(problem_lines):
    (line,) = problem_lines(changed("{dataset: digits}", "{dataset: digits, classes: ['2', '12']}"))
    assert line.startswith("a.yaml:2:37: data.train.classes: no row has the class '12'; did you mean")


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("{path: gone.csv, targets: side}", "a.yaml:2:17: data.train.path: no such file or folder: ", "gone.csv"),
        ("{path: side.csv, targets: side}", "a.yaml:2:17: data.train.path: ", "did you mean '"),
        (
            "{path: sides.csv, targets: sides}",
            "a.yaml:2:37: data.train.targets: ",
            "no column 'sides'; did you mean 'side'",
        ),
        ("{path: sides.csv, targets: side, inputs: [a, c]}", "a.yaml:2:51: data.train.inputs: ", "no column 'c'"),
        ("{path: sides.csv}", "a.yaml:2:10: data.train: ", "targets: must name the column to learn"),
        ("{path: bars.npz, targets: z}", "a.yaml:2:", "no array 'z'; it holds x, y"),
        ("{inputs: x.npy, targets: y.npy}", "a.yaml:2:19: data.train.inputs: ", "no such file or folder"),
        ("{path: gone/}", "a.yaml:2:17: data.train.path: ", "no such file or folder"),
    ],
)
def test_unreadable_sources_are_reported_at_their_key(problem_lines, source, place, words):
    (line,) = problem_lines(
        f"data:\n  train: {source}\nmodel: [{{type: dense, units: 1}}, sigmoid]\nloss: bce\noptimizer: adam\n"
    )
    assert line.startswith(place), line
    assert words in line


def test_a_target_among_the_inputs_is_rejected(problem_lines):
    (line,) = problem_lines(
        "data:\n  train: {path: line.csv, targets: price, inputs: [size, price]}\n"
        "model: [{type: dense, units: 1}]\nloss: mse\noptimizer: adam\n"
    )
    assert "'price'" in line


def test_problems_of_all_sections_are_reported_at_once(problem_lines):
    lines = problem_lines(
        """\
data:
  train: {path: gone.csv, targets: y}
  validation: {fraction: 0.1}
model:
  - {type: dense, units: 15}
  - {type: conv2d, filters: 2, kernel_size: 3}
  - {type: dense, units: 10}
  - relu
loss: cross_entropy
optimizer: adam
metrics: [rmse]
training: {checkpoint: {monitor: val_accuracy}}
"""
    )
    assert [line.split(": ")[:2] for line in lines] == [
        ["a.yaml:2:17", "data.train.path"],
        ["a.yaml:6:5", "model.1"],
        ["a.yaml:9:7", "loss"],
        ["a.yaml:11:11", "metrics.0"],
        ["a.yaml:12:34", "training.checkpoint.monitor"],
    ]


def test_all_missing_sources_are_reported_at_once(problem_lines):
    lines = problem_lines(
        "data:\n  train: {path: a.csv, targets: y}\n  validation: {path: b.csv}\n  test: {path: c.csv}\n"
        "model: [{type: dense, units: 1}]\nloss: mse\noptimizer: adam\n"
    )
    assert [line.split(": ")[1] for line in lines] == ["data.train.path", "data.validation.path", "data.test.path"]


def test_a_held_out_source_is_checked_together_with_the_model(problem_lines):
    lines = problem_lines(
        "data:\n  train: {path: sides.csv, targets: side}\n  validation: {path: line.csv}\n"
        "model: [{type: dense, units: 3}, softmax]\nloss: cross_entropy\noptimizer: adam\n"
    )
    assert [line.split(": ")[0] for line in lines] == ["a.yaml:3:15", "a.yaml:4:9"]


def test_validation_labels_must_occur_in_training(problem_lines, tmp_path):
    (tmp_path / "more.csv").write_text("a,b,side\n1,2,left\n3,4,middle\n")
    (line,) = problem_lines(
        "data:\n  train: {path: sides.csv, targets: side}\n  validation: {path: more.csv}\n"
        "model: [{type: dense, units: 1}, sigmoid]\nloss: bce\noptimizer: adam\n"
    )
    assert line.startswith("a.yaml:3:")
    assert "more.csv:3: the label 'middle' is not one of the classes left, right" in line


def test_validation_rows_must_have_the_input_columns_of_training(problem_lines, tmp_path):
    (tmp_path / "wide.csv").write_text("a,c,side\n1,2,left\n3,4,right\n")
    (line,) = problem_lines(
        "data:\n  train: {path: sides.csv, targets: side}\n  validation: {path: wide.csv}\n"
        "model: [{type: dense, units: 1}, sigmoid]\nloss: bce\noptimizer: adam\n"
    )
    assert line.startswith("a.yaml:3:")
    assert "wide.csv: no column 'b'" in line


def test_duplicate_classes_are_rejected(problem_lines):
    line, *_ = problem_lines(changed("{dataset: digits}", "{dataset: digits, classes: ['2', '5', '2']}"))
    assert line.startswith("a.yaml:2:37: data.train.classes: ")
    assert "'2'" in line


@pytest.mark.parametrize(
    ("ending", "scale", "message"),
    [
        ("sigmoid", "none", "the targets run from 25 to 346, but sigmoid gives only numbers from 0 to 1; drop it"),
        ("sigmoid", "minmax", None),
        ("sigmoid", "standard", "the scaled targets run from -1."),
        ("tanh", "none", "the targets run from 25 to 346, but tanh gives only numbers from -1 to 1; drop it"),
        ("relu", "none", None),
        ("relu", "standard", "relu gives no numbers below 0; drop it"),
        ("linear", "standard", None),
        ("leaky_relu", "standard", None),
        ("elu", "standard", "elu gives no numbers below -1; drop it"),
        ("{type: elu, alpha: 2}", "standard", None),
        ("{type: elu, alpha: 0.1}", "standard", "elu gives no numbers below -0.1; drop it"),
        ("selu", "standard", None),
        ("gelu", "standard", "the scaled targets run from -1.651 to 2.518, but gelu gives no numbers below -0.1701"),
        ("softplus", "none", None),
        ("softplus", "standard", "softplus gives no numbers below 0; drop it"),
    ],
)
def test_targets_outside_the_range_of_the_last_activation_are_rejected(problem_lines, tmp_path, ending, scale, message):
    text = changed("units: 1}\n", f"units: 1}}\n  - {ending}\n", DIABETES)
    text = text.replace("  validation: {fraction: 0.1}", f"  scale_targets: {scale}")
    if message is None:
        (tmp_path / "a.yaml").write_text(text)
        assert check(str(tmp_path / "a.yaml")).parameters > 0
        return
    (line,) = problem_lines(text)
    assert line.startswith("a.yaml:6:5: model.1: the ")
    assert message in line


def test_a_linear_activation_may_give_logits(tmp_path):
    text = changed("- softmax\nloss: cross_entropy", "- linear\nloss: {type: cross_entropy, from_logits: true}")
    (tmp_path / "a.yaml").write_text(text)
    assert check(str(tmp_path / "a.yaml")).parameters > 0


def test_unknown_losses_and_metrics_do_not_hide_other_problems(problem_lines):
    lines = problem_lines(
        "data:\n  train: {path: gone.csv, targets: y}\nmodel: [{type: dense, units: 1}]\nloss: msee\noptimizer: adam\n"
        "metrics: [rmze]\ntraining: {checkpoint: {monitor: val_loss}}\n"
    )
    assert [line.split(": ")[1] for line in lines] == [
        "data.train.path",
        "loss",
        "metrics.0",
        "training.checkpoint.monitor",
    ]


def test_negative_targets_are_rejected_after_a_sigmoid(problem_lines, tmp_path):
    rows = "".join(f"{x},{-0.1 if x == 7 else x / 40}\n" for x in range(40))
    (tmp_path / "share.csv").write_text(f"a,share\n{rows}")
    (line,) = problem_lines(
        "data:\n  train: {path: share.csv, targets: share}\nmodel: [{type: dense, units: 1}, sigmoid]\n"
        "loss: mse\noptimizer: adam\n"
    )
    assert line.startswith("a.yaml:3:34: model.1: the targets run from -0.1 to 0.975, but sigmoid gives only numbers")


def test_batch_normalization_needs_more_than_one_row_per_batch(problem_lines):
    text = changed("  - relu\n", "  - batch_norm\n  - relu\n").replace("epochs: 1", "epochs: 1, batch_size: 1")
    assert problem_lines(text) == [
        "a.yaml:6:5: model.1: batch_norm normalizes over the rows of a batch, but training.batch_size is 1; "
        "set it to 2 or more"
    ]


def test_nested_batch_normalization_needs_more_than_one_row_per_batch(problem_lines):
    block = "  - {type: residual, layers: [batch_norm, relu]}\n"
    text = changed("  - relu\n", block).replace("epochs: 1", "epochs: 1, batch_size: 1")
    assert "model.1.layers.0: batch_norm normalizes over the rows of a batch" in problem_lines(text)[0]


def test_problems_inside_a_residual_block_are_located(problem_lines):
    text = changed("  - relu\n", "  - {type: residual, layers: [relu, {type: conv2d, filters: 2, kernel_size: 3}]}\n")
    assert problem_lines(text)[0].startswith(
        "a.yaml:6:37: model.1.layers.1: conv2d wants (height, width, channels), but model.1.layers.0 relu gives (16,)"
    )
    text = changed("  - relu\n", "  - {type: residual, layers: [flatten, {type: reshape, shape: [4, 4]}]}\n")
    assert problem_lines(text) == [
        "a.yaml:6:5: model.1: residual wants layers that keep the shape of the input or divide it by strides "
        "(they output (4, 4)), but model.0 dense gives (16,)",
        "    write padding: same in its layers, or a shortcut with the same output shape",
    ]


def test_scaled_targets_of_a_poisson_loss_are_reported_once(problem_lines, tmp_path):
    text = DIABETES.replace("mean_squared_error", "poisson").replace("metrics: [rmse]\n", "")
    text = text.replace("  validation:", "  scale_targets: standard\n  validation:")
    assert problem_lines(text) == ["a.yaml:3:18: data.scale_targets: poisson learns unscaled targets; drop this key"]


def test_a_missing_multi_label_target_column_is_reported_once(problem_lines, tmp_path):
    (tmp_path / "labels.csv").write_text("a,sunny,windy\n1,0,1\n2,1,1\n3,0,0\n4,1,0\n")
    text = """\
data:
  train: {path: labels.csv, targets: [sunny, wind]}
model: [{type: dense, units: 2}, sigmoid]
loss: binary_cross_entropy
optimizer: adam
"""
    (line,) = problem_lines(text)
    assert "no column 'wind'; did you mean 'windy'?" in line
