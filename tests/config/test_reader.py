"""Test reading YAML: positions and syntax errors are correct, and tags construct no objects."""

from __future__ import annotations

import pytest

from nncli.config.document import Mark
from nncli.config.limits import MAX_FILE_BYTES
from nncli.config.overrides import apply_overrides
from nncli.config.reader import read_file, read_text, read_value
from nncli.core.errors import ConfigError, UserError
from nncli.core.invalid import INVALID


def messages(text):
    """Return the problems of a text, one line each."""
    try:
        document = read_text(text, "a.yaml", "/")
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in document.problems]


def test_keys_and_values_have_line_and_column_counted_from_1():
    document = read_text("name: a\ndata:\n  train: {path: b.csv}\nmodel:\n  - relu\n", "a.yaml", "/")
    assert document.keys[("name",)] == Mark(1, 1)
    assert document.values[("name",)] == Mark(1, 7)
    assert document.keys[("data", "train", "path")] == Mark(3, 11)
    assert document.values[("data", "train", "path")] == Mark(3, 17)
    assert document.values[("model", 0)] == Mark(5, 5)


def test_a_byte_order_mark_does_not_shift_positions(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfname: a\n")
    document = read_file(str(tmp_path / "a.yaml"))
    assert document.value == {"name": "a"}
    assert document.keys[("name",)] == Mark(1, 1)


def test_windows_line_endings_do_not_shift_positions():
    document = read_text("name: a\r\nseed: 3\r\n", "a.yaml", "/")
    assert document.values[("seed",)] == Mark(2, 7)


def test_a_duplicate_key_is_reported_at_its_second_position():
    assert messages("seed: 1\nname: a\nseed: 2\n") == [
        "a.yaml:3:1: seed: duplicate key 'seed'; it is already on line 1"
    ]


def test_a_nested_duplicate_key_is_reported():
    text = "data:\n  train: {path: a.csv, targets: y,\n    path: b.csv}\n"
    assert messages(text) == ["a.yaml:3:5: data.train.path: duplicate key 'path'; it is already on line 2"]


def test_a_tab_in_the_indentation_is_reported():
    assert messages("data:\n\ttrain: 3\n") == ["a.yaml:2:1: a tab character; use spaces"]
    assert messages("data:\n  train:\n  \tpath: a.csv\n")[0].startswith("a.yaml:3:3: a tab character; use spaces")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("data: {train: [1, 2}\n", "a.yaml:1:20"),
        ("name: 'a\n", "a.yaml:1:7"),
        ("name: a: b\n", "a.yaml:1:8"),
        ("data:\n  train: 1\n bad: 2\n", "a.yaml:3:2"),
        ("name: @x\n", "a.yaml:1:7"),
        ("a: *nothing\n", "a.yaml:1:4"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1"),
    ],
)
def test_syntax_errors_have_a_position(text, place):
    (message,) = messages(text)
    assert message.startswith(f"{place}: ")
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n"])
def test_the_message_for_an_empty_file_names_the_required_keys(text):
    (message,) = messages(text)
    assert message == "a.yaml:1:1: the file is empty; expected a mapping with data, model, loss and optimizer"


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!new", "!!binary"])
def test_tags_do_not_construct_objects(tag):
    (message,) = messages(f"name: {tag} 'true'\n")
    assert message.startswith("a.yaml:1:7: name: the tag ")


def test_aliases_and_merge_keys_are_expanded():
    text = "a: &one {units: 3, bias: false}\nb: {<<: *one, units: 4}\nc: *one\n"
    assert read_value(text) == {
        "a": {"units": 3, "bias": False},
        "b": {"units": 4, "bias": False},
        "c": {"units": 3, "bias": False},
    }


def test_a_recursive_alias_is_rejected():
    assert "an alias refers to a value that contains the alias" in messages("a: &one [*one]\n")[0]


def test_exponential_aliases_are_rejected():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
    assert "after expanding aliases" in messages(text)[0]


@pytest.mark.parametrize("depth", [32, 60, 900])
def test_nesting_is_limited(depth):
    (message,) = messages("a: " + "[" * depth + "]" * depth)
    assert "nested too deeply; expected at most 30 levels of mappings and lists" in message
    assert messages("a: " + "[" * 29 + "]" * 29) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "optimizer: adam\n  learning_rate: 3\n",
            "a.yaml:2:16: 'adam' above is a complete value; to give it keys, write {type: adam, ...}",
        ),
        (
            "model:\n  - dense\n    units: 3\n",
            "a.yaml:3:10: 'dense' above is a complete value; to give it keys, write {type: dense, ...}",
        ),
        ("optimizer:\n  type: adam\n    beta1: 0\n", "a.yaml:3:10: the indentation does not fit the line above"),
        ("name: digits: first\n", "a.yaml:1:13: a colon inside a value; put the value in quotes"),
        (
            "a: {b: 16 # hi}\nc: 1\n",
            "a.yaml:1:4: this { is not closed; expected } after its contents; the text after # is a comment",
        ),
        ("a: {b: '}', c: [1, \"]\"\nd: 1\n", "a.yaml:1:16: this [ is not closed; expected ] after its contents"),
        ("<<: 3\nseed: 1\n", "a.yaml:1:5: expected a mapping after <<, such as *alias"),
    ],
)
def test_syntax_errors_are_explained(text, message):
    assert messages(text) == [message]


def test_tags_on_keys_lists_and_mappings_are_rejected():
    assert messages("!foo name: a\n") == ["a.yaml:1:1: the tag '!foo' is not known; write a plain value"]
    assert messages("a: !bar [1]\n") == ["a.yaml:1:4: a: the tag '!bar' is not known; write a plain value"]
    assert messages("a: !adam {b: 1}\n") == ["a.yaml:1:4: a: the tag '!adam' is not known; write {type: adam, ...}"]
    assert messages("a: !!int ten\n") == ["a.yaml:1:4: a: expected a whole number after !!int; got 'ten'"]
    assert messages("a: !!int 10\n") == []


def test_a_value_with_an_invalid_merge_is_invalid():
    document = read_text("a: {<<: adam, b: 1}\nc: {<<: [x, y]}\n", "a.yaml", "/")
    assert document.value == {"a": INVALID, "c": INVALID}
    assert len(document.problems) == 3


def test_deep_nesting_is_rejected_without_a_traceback():
    assert "nested too deeply" in messages("[" * 3000 + "]" * 3000)[0]


def test_keys_must_be_names():
    assert messages("? [a, b]\n: 1\n") == ["a.yaml:1:3: expected a name as key"]


def test_a_binary_file_is_rejected(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(UserError, match=r"a\.yaml: not UTF-8 text"):
        read_file(str(tmp_path / "a.yaml"))


def test_a_large_file_is_rejected(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(UserError, match="larger than"):
        read_file(str(tmp_path / "a.yaml"))


def test_the_message_for_a_missing_file_suggests_a_name(tmp_path):
    (tmp_path / "digits.yaml").write_text("")
    with pytest.raises(UserError, match=r"no such config: .*digit\.yaml; did you mean '.*/digits\.yaml'"):
        read_file(str(tmp_path / "digit.yaml"))


def test_a_folder_is_rejected(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_file(str(tmp_path))


def test_control_characters_are_reported():
    (message,) = messages("name: a\x00b\n")
    assert message.startswith("a.yaml")


def test_surrogates_and_null_characters_are_rejected():
    message = "a null character or lone surrogate; delete it"
    assert messages('name: "a\\0b"\n') == [f"a.yaml:1:7: name: {message}"]
    assert messages('name: "\\ud800"\n') == [f"a.yaml:1:7: name: {message}"]


def test_long_numbers_of_any_base_are_rejected():
    assert "too many digits" in messages(f"a: 0x{'f' * 5000}\n")[0]
    assert "too many digits" in messages(f"a: {'9' * 5000}\n")[0]


def test_a_key_written_beside_a_merge_keeps_its_position():
    document = read_text("a: &d\n  units: 3\nb: {<<: *d, units: 11}\n", "a.yaml", "/")
    assert document.keys[("b", "units")] == Mark(3, 13)
    assert document.values[("b", "units")] == Mark(3, 20)


def test_a_setting_replaces_an_invalid_value():
    document = read_text("seed: !!int x\nname: !foo a\n", "a.yaml", "/")
    apply_overrides(document, ["seed=3"])
    assert [problem.dotted for problem in document.problems] == ["name"]
    apply_overrides(document, ["name.first=3"])  # a key below an invalid value does not replace the value
    assert [problem.dotted for problem in document.problems] == ["name"]
