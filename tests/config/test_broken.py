"""A corpus of broken configs, each with the exact message that `nncli check` prints for it.

To change a message, run `nncli check NAME.yaml` in the folder of the corpus, read the output as a user would, and
then copy the output to NAME.txt, with the absolute path of the folder replaced by FOLDER.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nncli.config.json_schema import build_schema
from nncli.config.reader import read_file
from nncli.core.errors import ConfigError
from nncli.workflows.check import check

FOLDER = Path(__file__).resolve().parent / "broken"
BROKEN = sorted(file.stem for file in FOLDER.glob("*.yaml"))
GOOD = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
PLACE = re.compile(r"[a-z0-9_]+\.yaml:[1-9]\d*:[1-9]\d*: .")
LAST = re.compile(r"(\d+) problems? in ([a-z0-9_]+\.yaml); nothing was run")
MORE = "    "  # starts the second line of a problem

UNREADABLE = {  # not valid YAML, so the schema cannot be applied
    "alias_in_itself",
    "anchors_without_bound",
    "bad_indentation",
    "beginner_copied_twice",
    "closing_brace_too_many",
    "colon_in_a_value",
    "control_character",
    "custom_tag_on_a_scalar",
    "deeply_nested",
    "duplicate_key",
    "duplicate_key_nested",
    "duplicate_section",
    "empty_file",
    "indentation_less_than_the_first_key",
    "key_that_is_a_list",
    "key_that_is_a_mapping",
    "merge_of_a_list_of_names",
    "merge_of_a_scalar",
    "no_comma_between_keys",
    "no_space_after_colon",
    "no_space_after_dash",
    "number_with_too_many_digits",
    "only_comments",
    "python_object_tag",
    "reference_not_quoted_in_braces",
    "reference_not_quoted_in_brackets",
    "tab_after_colon",
    "tab_in_indentation",
    "tab_in_nested_indentation",
    "two_documents",
    "unclosed_brace",
    "unclosed_bracket",
    "unclosed_quote",
    "unknown_alias",
    "unknown_tag",
    "value_begins_with_at_sign",
    "value_begins_with_percent",
}
UNKNOWABLE = {  # problems that the schema cannot express, grouped by reason
    "JSON cannot represent infinity and NaN": """
        number_not_finite
    """,
    "JSON Schema accepts 10.0 as a whole number": """
        classes_as_floats exponent_for_a_whole_number whole_float_for_a_whole_number
    """,
    "a reference is valid at any place; its value is known only after the config is read": """
        reference_of_the_wrong_type reference_to_a_list_within_a_text reference_to_a_place_beyond_a_list
        reference_to_itself reference_without_closing_brace references_in_a_circle_of_three
        references_in_a_circle_of_two unknown_reference unknown_reference_in_a_path
    """,
    "a path is text to the schema, whatever its ending": """
        array_file_as_a_path input_columns_as_one_text path_that_is_no_text
        source_of_an_unknown_ending
    """,
    "the conflict is between several values": """
        class_twice fractions_that_sum_to_one inputs_named_twice metric_twice nesterov_without_momentum
        padding_as_large_as_the_pool reshape_with_two_open_sizes target_among_the_inputs targets_named_twice
    """,
    "shapes depend on the data and on the layers before": """
        convolution_after_dense convolution_over_a_table kernel_larger_than_its_input misfit_in_a_nested_model
        pair_larger_than_its_input pooling_after_flatten pooling_too_often reshape_of_a_wrong_size
        reshape_open_size_does_not_divide softmax_of_one_unit
    """,
    "the required number of units depends on the labels or targets": """
        filters_do_not_suit mean_squared_error_of_images no_layer_with_a_size one_unit_for_several_targets
        several_units_for_one_target ten_classes_one_sigmoid_unit ten_classes_seven_units
        three_classes_two_units_in_a_table two_classes_ten_units units_do_not_suit_chosen_classes
        units_of_a_reference_do_not_suit
    """,
    "the last layer, the metrics or the data settings do not match the loss": """
        beginner_regression_as_classes binary_cross_entropy_after_tanh binary_cross_entropy_of_two_sigmoid_units
        binary_cross_entropy_of_two_units binary_cross_entropy_without_activation classes_of_a_regression
        cross_entropy_after_relu cross_entropy_after_sigmoid cross_entropy_of_images cross_entropy_of_one_unit
        cross_entropy_without_activation from_logits_after_sigmoid from_logits_after_softmax
        mean_squared_error_of_class_labels metric_of_classes_for_numbers metric_of_numbers_for_classes
        scaled_class_labels stratify_for_regression
    """,
    "the valid monitors depend on the metrics and on the validation rows": """
        monitor_by_an_alias monitor_of_a_metric_that_is_not_measured monitor_that_does_not_exist
        monitor_without_prefix monitor_without_validation
    """,
    "files are missing": """
        archive_not_there arrays_not_there file_in_a_folder_that_is_not_there file_not_there folder_not_there
        folder_without_sub_folders several_files_not_there
    """,
    "the problem is in the content of the files": """
        blank_cell_with_missing_error blank_target class_misspelt class_that_no_row_has
        cross_entropy_of_measurements fraction_that_leaves_no_training_row fraction_that_leaves_no_validation_row
        input_column_not_there mean_squared_error_of_text negative_targets_under_a_relu
        negative_targets_under_a_sigmoid one_class_chosen one_label_in_all_rows ragged_rows
        scaled_targets_under_a_relu several_targets_for_classes stratify_a_class_with_one_row
        table_with_two_columns_of_a_name table_without_a_header table_without_rows target_column_not_there
        target_is_the_only_column targets_not_said text_column_for_a_regression text_in_a_number_column
        validation_is_another_dataset validation_of_another_shape validation_with_a_label_unknown_to_train
    """,
}
BEYOND_A_SCHEMA = {name for names in UNKNOWABLE.values() for name in names.split()}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = build_schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def expected(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def values_of(name: str) -> Any:
    """Return the values of a config; None if any value cannot be read."""
    try:
        document = read_file(str(FOLDER / f"{name}.yaml"))
    except ConfigError:
        return None
    return None if document.problems else document.value


@pytest.mark.parametrize("name", BROKEN)
def test_check_prints_the_expected_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(ConfigError) as caught:
        check(f"{name}.yaml")
    assert str(caught.value).replace(str(FOLDER), "FOLDER") + "\n" == expected(name)


@pytest.mark.parametrize("name", BROKEN)
def test_every_problem_has_a_position_and_is_short(name: str) -> None:
    *lines, last = expected(name).splitlines()
    assert lines
    places = [line for line in lines if not line.startswith(MORE)]
    assert all(PLACE.match(line) and line.startswith(f"{name}.yaml:") for line in places)
    assert len(lines) <= 2 * len(places)
    assert max(map(len, lines)) <= 300
    count = LAST.fullmatch(last)
    assert count is not None
    assert (int(count[1]), count[2]) == (len(places), f"{name}.yaml")


def test_every_config_has_a_message_file_and_vice_versa() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.txt")) == BROKEN


def test_the_corpus_is_large() -> None:
    assert len(BROKEN) >= 80
    assert sum(int(LAST.findall(expected(name))[0][0]) >= 3 for name in BROKEN) >= 10


def test_every_listed_exception_is_in_the_corpus() -> None:
    named = [name for names in UNKNOWABLE.values() for name in names.split()]
    assert sorted(named) == sorted(BEYOND_A_SCHEMA)
    assert set(BROKEN) >= BEYOND_A_SCHEMA | UNREADABLE


@pytest.mark.parametrize("config", GOOD, ids=lambda path: path.stem)
def test_the_schema_accepts_every_shipped_config(config: Path, validator: Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(read_file(str(config)).value)] == []


@pytest.mark.parametrize("name", BROKEN)
def test_the_schema_rejects_every_config_but_the_listed_ones(name: str, validator: Draft202012Validator) -> None:
    values = values_of(name)
    assert (values is None) == (name in UNREADABLE)
    if values is not None:
        assert validator.is_valid(values) == (name in BEYOND_A_SCHEMA)
