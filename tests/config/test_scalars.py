"""Test plain scalars of the core schema of YAML 1.2."""

from __future__ import annotations

import math

import pytest

from nncli.config.reader import read_text, read_value
from nncli.config.scalars import parse_scalar

NUMBERS = {
    "1e-3": 1e-3,
    "1E5": 1e5,
    "2e+2": 200.0,
    "-1.5e3": -1500.0,
    ".5": 0.5,
    "5.": 5.0,
    "1.0": 1.0,
    "+2.5": 2.5,
    ".inf": math.inf,
    "-.inf": -math.inf,
    "010": 10,
    "-012": -12,
    "0x10": 16,
    "0o10": 8,
    "+7": 7,
    "0": 0,
}
TEXTS = ["on", "off", "yes", "no", "Yes", "NO", "y", "n", "1_000", "12:30:45", "2024-01-01", "1e", "0b11", "e3", "."]
TEXTS += ["0x", "0xG", "- 1", "1.2.3", "inf", "nan", "None", "tRUE", "1,5", "١٢"]


@pytest.mark.parametrize(("text", "value"), NUMBERS.items(), ids=NUMBERS)
def test_numbers_are_parsed(text, value):
    for read in (parse_scalar(text), read_value(text)):
        assert (read, type(read)) == (value, type(value))


def test_nan_is_parsed():
    assert math.isnan(parse_scalar(".nan"))


@pytest.mark.parametrize("text", TEXTS)
def test_text_stays_text(text):
    assert parse_scalar(text) == text


@pytest.mark.parametrize("text", ["on", "off", "yes", "no"])
def test_words_of_yaml_1_1_are_strings_in_a_file(text):
    assert read_value(f"{{a: {text}}}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("False", False), ("TRUE", True), ("null", None), ("~", None), ("", None)]
)
def test_booleans_and_null_are_parsed(text, value):
    assert parse_scalar(text) is value
    assert read_value(text) is value


@pytest.mark.parametrize("text", ["'010'", '"1e-3"', "'on'", '"true"', "'null'", "'~'"])
def test_quoted_scalars_are_text(text):
    assert read_value(text) == text[1:-1]


def test_a_number_with_too_many_digits_is_reported():
    (problem,) = read_text("seed: " + "9" * 5000, "a.yaml", "/").problems
    assert str(problem) == "a.yaml:1:7: seed: a number with too many digits (5,000)"
